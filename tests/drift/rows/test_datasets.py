"""A dataset is read as what its name, or its caller, says it is."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import polars as pl
import pytest
from slipway_drift.errors import DriftError
from slipway_drift.rows.datasets import read_dataset

if TYPE_CHECKING:
    from collections.abc import Callable


def columns(content: bytes, name: str, kind: str | None = None) -> list[str]:
    return [
        c for batch in read_dataset(io.BytesIO(content), name, kind) for c in batch.frame.columns
    ]


def test_by_suffix(captured: Callable[..., bytes]) -> None:
    parquet = io.BytesIO()
    pl.DataFrame({"p": [1]}).write_parquet(parquet)
    assert columns(b"c\n1\n", "a.CSV") == ["c"]
    assert columns(b'{"l": 1}', "a.jsonl") == ["l"]
    assert columns(b'[{"j": 1}]', "a.json") == ["j"]
    assert columns(parquet.getvalue(), "a.parquet") == ["p"]
    assert columns(captured("1", "2"), "x.jsonl") == ["output_0", "input_0"]


def test_by_word() -> None:
    assert columns(b"c\n1\n", "a.data", "csv") == ["c"]


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(DriftError, match="suffix"):
        columns(b"", "a.data")
    with pytest.raises(DriftError, match="one of csv"):
        columns(b"", "a.csv", "xlsx")
