"""Time the examination of a large baseline, and count what is found in sound ones.

    python -m benchmarks.drift_doctor --rows 1000000 --baselines 200

The large one is that of benchmarks/drift, 30 columns; the sound ones are those of
benchmarks/drift_diagnosis, 2,000 rows of 31 columns, drawn anew.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter

import polars as pl
from slipway_drift.doctor.examine import examine
from slipway_drift.doctor.subject import Head, Subject
from slipway_drift.rows.answers import find_answers
from slipway_drift.rows.batches import Batch
from slipway_drift.statistics.profile import profile

from benchmarks.drift.make_data import make_table
from benchmarks.drift_diagnosis.windows import rows

ROWS = 2000


def subject(frame: pl.DataFrame, outputs: tuple[str, ...]) -> Subject:
    head = Head()
    held = profile(head.watch([Batch(frame.cast(pl.String))]))
    return Subject(held, head.rows, find_answers(frame.columns, outputs))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--baselines", type=int, default=200)
    asked = parser.parse_args()
    large = subject(make_table(asked.rows, 1), ("first",))
    started = time.perf_counter()
    found = examine(large)
    spent = time.perf_counter() - started
    print(f"{asked.rows:,} rows, 30 columns: {spent:.2f} s, {len(found)} findings")
    kinds = Counter(
        issue.kind
        for seed in range(asked.baselines)
        for issue in examine(subject(rows(ROWS, seed), ()))
    )
    print(f"{asked.baselines} sound baselines: {dict(kinds) or 'no finding'}")


if __name__ == "__main__":
    main()
