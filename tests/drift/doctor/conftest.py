"""A baseline as a CSV text, and what a doctor makes of it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from slipway_drift.doctor.subject import Head, Subject
from slipway_drift.rows.answers import find_answers
from slipway_drift.rows.csv_rows import read_csv
from slipway_drift.statistics.profile import profile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@pytest.fixture
def subject() -> Callable[..., Subject]:
    """Read a CSV text with a header; `outputs` as in the manifest."""

    def read(text: str, outputs: Sequence[str] = ("first",)) -> Subject:
        head = Head()
        held = profile(head.watch(read_csv(io.BytesIO(text.encode()))))
        return Subject(held, head.rows, find_answers([c.name for c in held.columns], outputs))

    return read


@pytest.fixture
def table() -> Callable[..., str]:
    """Write columns, each a function of the row's number, as CSV of `rows` rows."""

    def written(rows: int = 100, **columns: Callable[[int], object]) -> str:
        lines = [",".join(columns)]
        lines += [",".join(str(cell(i)) for cell in columns.values()) for i in range(rows)]
        return "\n".join(lines) + "\n"

    return written
