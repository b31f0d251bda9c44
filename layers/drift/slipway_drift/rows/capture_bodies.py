"""The rows in a captured body: CSV or JSON, plain or base64, one record or several."""

from __future__ import annotations

import base64
import binascii
import csv
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from slipway_drift.rows.json_rows import NotTabular, Row, cell, clean, flat, parse_json

if TYPE_CHECKING:
    from slipway_drift.rows.capture_record import Body

WRAPPERS: Final = ("instances", "predictions")

Cells = list[str | None]


def rows_of(body: Body) -> list[Row] | list[Cells]:
    """Read the body's rows: named ones (JSON objects) or positional ones (all else)."""
    encoding, data = decoded(body)
    if encoding == "CSV":
        return csv_rows(data)
    if encoding == "JSON":
        return json_rows(data)
    raise NotTabular(f"encoding {encoding} is not known")


def decoded(body: Body) -> tuple[str, str]:
    """Undo base64 where the content type says what is beneath it."""
    if body.encoding != "BASE64":
        return body.encoding, body.data
    kind = body.content_type.partition(";")[0].strip().lower()
    try:
        text = base64.b64decode(body.data, validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise NotTabular("BASE64 body that holds no text: use a preprocessor") from error
    if "json" in kind:
        return "JSON", text
    if "csv" in kind:
        return "CSV", text
    raise NotTabular(f"BASE64 body of content type {kind or 'unknown'}: use a preprocessor")


def csv_rows(data: str) -> list[Cells]:
    """Split lines and cells; empty cells are null, blank lines are skipped."""
    lines = data.splitlines()
    try:
        rows = csv.reader(lines) if '"' in data else (line.split(",") for line in lines)
        return [[clean(text) or None for text in row] for row in rows if any(row) or len(row) > 1]
    except csv.Error as error:
        raise NotTabular(f"not CSV: {error}") from error


def json_rows(data: str) -> list[Row] | list[Cells]:
    """Read an object, an array of objects, of arrays, or of values; `predictions` unwrapped."""
    held = parse_json(data)
    if isinstance(held, Mapping) and len(held) == 1:
        ((key, inner),) = held.items()
        held = inner if key in WRAPPERS and isinstance(inner, list) else held
    if isinstance(held, Mapping):
        return [flat(held)]
    if not isinstance(held, list):
        return [[cell(held)]]
    return listed_rows(held)


def listed_rows(held: Sequence[object]) -> list[Row] | list[Cells]:
    if held and all(isinstance(item, Mapping) for item in held):
        return [flat(item) for item in held]
    if held and all(isinstance(item, list) for item in held):
        return [[cell(value) for value in item] for item in held if isinstance(item, list)]
    return [[cell(item)] for item in held]
