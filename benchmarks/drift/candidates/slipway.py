"""Slipway's engine: profile, statistics.json, constraints.json; with two files, a check too."""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "layers" / "drift"))

from slipway_drift.checks.check import check
from slipway_drift.checks.suggest import suggest
from slipway_drift.jackson import write
from slipway_drift.rows.csv_rows import read_csv
from slipway_drift.statistics.profile import profile
from slipway_drift.statistics.statistics_document import read_statistics, statistics

job, baseline, current, out = sys.argv[1], *map(Path, sys.argv[2:5])
with baseline.open("rb") as stream:
    held = profile(read_csv(stream))
asked = suggest(held)
(out / "statistics.json").write_bytes(write(statistics(held)))
(out / "constraints.json").write_bytes(write(asked.document()))
if job == "drift":
    with current.open("rb") as stream:
        now = profile(read_csv(stream), domains=asked.domains)
    known = read_statistics(json.loads((out / "statistics.json").read_bytes()))
    print(len(check(now, asked, known).violations), "violations")
