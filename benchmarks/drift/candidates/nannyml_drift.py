"""NannyML: univariate drift, Kolmogorov-Smirnov and L-infinity, ten chunks."""

from __future__ import annotations

import sys

import nannyml
import pandas as pd

frames = [pd.read_csv(path).drop(columns="many") for path in sys.argv[2:4]]
calculator = nannyml.UnivariateDriftCalculator(
    column_names=list(frames[0].columns),
    continuous_methods=["kolmogorov_smirnov"],
    categorical_methods=["l_infinity"],
    chunk_number=10,
)
print(calculator.fit(frames[0]).calculate(frames[1]).to_df().shape)
