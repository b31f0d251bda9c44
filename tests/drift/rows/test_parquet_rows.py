"""Parquet's values are the texts they would be in CSV."""

from __future__ import annotations

import io
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slipway_drift.errors import DriftError
from slipway_drift.rows.parquet_rows import read_parquet
from slipway_drift.statistics.profile import profile


def written(frame: pl.DataFrame) -> io.BytesIO:
    stream = io.BytesIO()
    frame.write_parquet(stream)
    stream.seek(0)
    return stream


def test_each_type_as_its_literals() -> None:
    frame = pl.DataFrame(
        {
            "i": [1, None],
            "f": [1.0, float("nan")],
            "x": [float("inf"), 2.5],
            "b": [True, False],
            "s": ["a", ""],
            "d": [date(2026, 1, 2), None],
        }
    )
    held = profile(read_parquet(written(frame)))
    assert [(c.name, c.literals.inferred_type, c.literals.missing) for c in held.columns] == [
        ("i", "Integral", 1),
        ("f", "Fractional", 1),
        ("x", "String", 0),
        ("b", "String", 0),
        ("s", "String", 0),
        ("d", "String", 1),
    ]


def test_no_rows_and_nested_columns() -> None:
    assert profile(read_parquet(written(pl.DataFrame({"a": []})))).item_count == 0
    with pytest.raises(DriftError, match="column 'a' is List"):
        list(read_parquet(written(pl.DataFrame({"a": [[1]]}))))


@given(st.binary(max_size=60) | st.binary(max_size=40).map(lambda b: b"PAR1" + b + b"PAR1"))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_a_clear_error(content: bytes) -> None:
    with pytest.raises(DriftError, match="cannot be read as Parquet"):
        list(read_parquet(io.BytesIO(content)))
