"""Bodies of every shape become rows, or say why not."""

from __future__ import annotations

import pytest
from slipway_drift.rows.capture_bodies import rows_of
from slipway_drift.rows.capture_record import Body
from slipway_drift.rows.json_rows import NotTabular


def body(data: str, encoding: str = "CSV", kind: str = "text/csv") -> Body:
    return Body(data, encoding, kind, "INPUT")


def test_csv_cells_keep_their_text() -> None:
    assert rows_of(body("1.0, 2,,x\r\n\n3,,,")) == [
        ["1.0", " 2", None, "x"], ["3", None, None, None],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("held", "reason"),
    [
        (body("1,2\n3"), "rows of one body have different numbers of values"),
        (body("1", "XML"), "encoding XML is not known"),
        (body('{"a": {"b": 1}}', "JSON"), "nested value"),
        (body("{", "JSON"), "not JSON"),
        (body("/w==", "BASE64"), "holds no text"),
        (body("MQ==", "BASE64", "image/png"), "content type image/png"),
    ],
)
def test_what_holds_no_rows_says_why(held: Body, reason: str) -> None:
    with pytest.raises(NotTabular, match=reason):
        rows_of(held)
