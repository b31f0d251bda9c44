"""Evidently: its data summary of two files, or its drift preset less the many-valued column."""

from __future__ import annotations

import sys

import pandas as pd
from evidently import DataDefinition, Dataset, Report
from evidently.presets import DataDriftPreset, DataSummaryPreset

job = sys.argv[1]
frames = [pd.read_csv(path) for path in sys.argv[2:4]]
if job == "drift":
    frames = [frame.drop(columns="many") for frame in frames]
sets = [Dataset.from_pandas(frame, data_definition=DataDefinition()) for frame in frames]
report = Report([DataDriftPreset() if job == "drift" else DataSummaryPreset()])
print(len(report.run(sets[1], sets[0]).json()))
