"""Write the benchmark's table: 30 columns, the mix of a scoring service's inputs, as CSV."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import polars as pl


def make_table(rows: int, seed: int, shift: float = 0.0) -> pl.DataFrame:
    """15 floats, 8 small integers, 1 float with 5 % nulls, 5 strings of 20 values, 1 of many."""
    rng = np.random.default_rng(seed)
    columns: dict[str, pl.Series] = {}
    for i in range(15):
        columns[f"f{i}"] = pl.Series(rng.normal(shift * (i == 0), 1.0 + i, rows))
    for i in range(8):
        columns[f"b{i}"] = pl.Series(rng.integers(0, 2 if i < 4 else 100, rows))
    gaps = pl.Series(rng.random(rows))
    columns["gaps"] = gaps.set(gaps < 0.05, None)
    for i in range(5):
        columns[f"s{i}"] = pl.Series(rng.integers(0, 20, rows)).cast(pl.String) + "-kind"
    columns["many"] = "user-" + pl.Series(rng.integers(0, 565_000, rows)).cast(pl.String)
    return pl.DataFrame(columns)


def main(rows: int, directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    make_table(rows, seed=1).write_csv(directory / "baseline.csv", float_precision=6)
    make_table(rows, seed=2, shift=1.0).write_csv(directory / "current.csv", float_precision=6)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
