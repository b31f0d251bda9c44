"""One column's rows, piece by piece."""

from __future__ import annotations

import polars as pl
import pytest
from slipway_drift.statistics.column import Column, parse


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (["1", "2.5"], [1.0, 2.5]),
        ([" 5", "- 5", "+3"], [5.0, 3.0]),
        (["1e400", "-1e400", "7"], [7.0]),
    ],
)
def test_numbers_are_parsed_as_spark_casts_them(texts: list[str], values: list[float]) -> None:
    assert parse(pl.Series(texts)).tolist() == values


def test_examples_are_the_first_few_of_each_type() -> None:
    cells = pl.Series(["1", "x", "1", *map(str, range(2, 9)), "y", "z" * 200, None])
    held = Column("a").extend(cells)
    assert held.examples["Integral"] == ("1", "2", "3", "4", "5")
    assert held.examples["String"] == ("x", "y", "z" * 80)


def test_an_example_far_down_is_found() -> None:
    cells = pl.Series([str(i) for i in range(9_000)] + ["oops"])
    assert Column("a").extend(cells).examples["String"] == ("oops",)


def test_completeness_of_no_rows_is_full() -> None:
    assert Column("a").completeness == 1.0
    assert Column("a").missing(3).completeness == 0.0
