"""whylogs: log a data frame and read its profile back."""

from __future__ import annotations

import sys

import pandas as pd
import whylogs

held = whylogs.log(pd.read_csv(sys.argv[2])).view().to_pandas()
print(held.shape)
