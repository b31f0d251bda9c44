"""What is no row of the baseline could not be read, and says nothing of columns."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from slipway_drift import engine
from slipway_drift.rows.capture import read_capture
from slipway_drift.statistics.profile import profile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

COLUMNS = 3
WIDE = "4 values, where the baseline has 3 columns"
NARROW = "2 values, where the baseline has 3 columns"


def rejections(*lines: bytes, columns: int = COLUMNS) -> Mapping[str, int]:
    held = profile(read_capture(io.BytesIO(b"".join(lines)), columns=columns))
    assert held.records + sum(held.rejections.values()) == len(lines)
    return held.rejections


def test_a_record_of_too_few_values_is_no_row(captured: Callable[..., bytes]) -> None:
    good, text = captured("1,2", "0.5"), captured("not a row", "0.5")
    assert rejections(good, text) == {NARROW: 1}
    assert rejections(text) == {NARROW: 1}
    assert rejections(text, columns=0) == {}


def test_a_record_of_too_many_values_is_no_row_where_most_are(
    captured: Callable[..., bytes],
) -> None:
    good, comma = captured("1,2", "0.5"), captured("1,2,3", "0.5")
    assert rejections(good, good, comma) == {WIDE: 1}
    # A client that sends another column sends it always: it is told as one too many.
    assert rejections(comma, comma, good) == {}


@pytest.mark.parametrize(
    ("given", "said", "sides"),
    [
        ('{"a": 1}', "0.5", {"encodings": ("JSON", "CSV")}),
        (None, "0.5", {}),
        ("1", None, {}),
    ],
    ids=["named", "a reply alone", "an input alone"],
)
def test_what_names_its_columns_or_is_one_side_lacks_nothing(
    given: str | None, said: str | None, sides: dict[str, tuple[str, str]],
    captured: Callable[..., bytes],
) -> None:  # fmt: skip
    assert rejections(captured(given, said, **sides)) == {}


def test_a_few_ragged_records_are_no_violation_of_any_column(
    captured: Callable[..., bytes],
) -> None:
    rows = "".join(f"{i % 9}.5,{i},{i % 7}\n" for i in range(200))
    known = engine.baseline(io.BytesIO(f"p,a,b\n{rows}".encode()), "rows.csv")
    good = [captured(f"{i},{i % 7}", f"{i % 9}.5") for i in range(200)]
    for ragged in ("not a row", "1", "1,2,3"):
        held = engine.profile(
            [("x.jsonl", io.BytesIO(b"".join([*good, captured(ragged, "0.5")])))], known
        )
        found = engine.check([held.profile], known, title="h", window="08:00")
        assert found.state == "no drift"
        assert b"where the baseline has 3 columns" in held.rejected
        assert not {"constraint_violations.json", "slipway_violations.json"} & found.files.keys()
