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

# What holds the rows: SageMaker's, TensorFlow Serving's and MLflow's words for it.
WRAPPERS: Final = (
    "instances", "predictions", "inputs", "outputs", "dataframe_records", "dataframe_split",
)  # fmt: skip
BESIDE: Final = ("params", "signature_name", "configuration")  # what says nothing of the rows
FEATURES: Final = ("data", "features", "values")
SPLIT: Final = frozenset(("columns", "data", "index", "dtypes"))

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
    """Split lines and cells; empty cells are null, blank lines are skipped. All rows of a body are
    as long."""
    lines = data.splitlines()
    try:
        rows = csv.reader(lines) if '"' in data else (line.split(",") for line in lines)
        found = [[clean(text) or None for text in row] for row in rows if any(row) or len(row) > 1]
    except csv.Error as error:
        raise NotTabular(f"not CSV: {error}") from error
    if len({len(row) for row in found}) > 1:
        raise NotTabular("rows of one body have different numbers of values")
    return found


def json_rows(data: str) -> list[Row] | list[Cells]:
    """Read one JSON document, or JSON Lines of such as one row each."""
    try:
        held = parse_json(data)
    except NotTabular:
        lines = [line for line in data.splitlines() if line.strip()]
        if len(lines) < 2:
            raise
        held = [parse_json(line) for line in lines]
    return table_of(held)


def table_of(held: object) -> list[Row] | list[Cells]:
    """Read the shapes in which requests and replies hold rows: `instances`, `inputs` and their
    like, pandas' own, a list, or the one row itself."""
    if not isinstance(held, Mapping):
        return listed_rows(held) if isinstance(held, list) else [[cell(held)]]
    wrapped = [key for key in WRAPPERS if isinstance(held.get(key), list | Mapping)]
    if len(wrapped) == 1 and not held.keys() - {*wrapped, *BESIDE}:
        inner = held[wrapped[0]]
        return columnar(inner) if is_columnar(inner) else table_of(inner)
    if held.keys() <= SPLIT and {"columns", "data"} <= held.keys():
        return split_rows(held["columns"], held["data"])
    inner = features_of(held)
    if isinstance(inner, list) and all(isinstance(row, list) for row in inner):
        return listed_rows(inner)
    return listed_rows([inner])


def split_rows(columns: object, data: object) -> list[Row]:
    """Read what pandas writes with orient="split"."""
    if not isinstance(columns, list) or not isinstance(data, list):
        raise NotTabular("columns and data are not both lists")
    if any(not isinstance(row, list) or len(row) != len(columns) for row in data):
        raise NotTabular("a row of data has not as many values as there are columns")
    return [flat(dict(zip(map(str, columns), row, strict=True))) for row in data]


def is_columnar(held: object) -> bool:
    """Say whether it is an object of lists, all as long: a list of values for each column."""
    if not isinstance(held, Mapping) or held.keys() & SPLIT:
        return False
    lists = [value for value in held.values() if isinstance(value, list)]
    return len(lists) == len(held) > 0 and len({len(value) for value in lists}) == 1


def columnar(held: Mapping[str, list[object]]) -> list[Row]:
    """Read a list of values, or of lists of one value, for each column."""
    rows = zip(*held.values(), strict=True)
    return [flat({key: alone(value) for key, value in zip(held, row, strict=True)}) for row in rows]


def alone(value: object) -> object:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def listed_rows(held: Sequence[object]) -> list[Row] | list[Cells]:
    items = [features_of(item) for item in held]
    if items and all(isinstance(item, Mapping) for item in items):
        return [flat(spread(item)) for item in items if isinstance(item, Mapping)]
    if items and all(isinstance(item, list) for item in items):
        return [[cell(value) for value in item] for item in items if isinstance(item, list)]
    return [[cell(item)] for item in items]


def features_of(item: object) -> object:
    """Unwrap the one list of values that an item holds: `{"features": […]}`, or
    `{"data": {"features": {"values": […]}}}`."""
    while isinstance(item, Mapping) and len(item) == 1:
        ((key, inner),) = item.items()
        if key not in FEATURES or not isinstance(inner, list | Mapping):
            break
        item = inner
    return item


def spread(item: Mapping[str, object]) -> dict[str, object]:
    """Give each value of a list of several, such as the scores of classes, a name of its own."""
    found: dict[str, object] = {}
    for key, value in item.items():
        values = value if isinstance(value, list) else [value]
        several = {f"{key}_{place}": each for place, each in enumerate(values)}
        found |= {key: values[0]} if len(values) == 1 else several
    return found
