"""The shape of a reply: what a client that reads it relies on, without the values.

    {"predictions": [[0.1, 0.9], [0.7, 0.3]]}  ►  JSON {predictions: [[2 numbers]]}
    0.1,0.9,cat                                ►  CSV 2 numbers, 1 text

How many rows there are, and how many boxes a picture has, is no part of it; the length of a row is.
"""

import csv
import json
from collections.abc import Sequence
from itertools import groupby


def shape(content_type: str, body: bytes) -> str:
    """The shape of a reply in a line; for what is neither JSON nor CSV its content type."""
    kind = content_type.partition(";")[0].strip().lower()
    try:
        text = body.decode().strip()
    except UnicodeDecodeError:
        return kind or "bytes"
    if "json" in kind or text[:1] in ("[", "{"):
        return _json_shape(text)
    return _csv_shape(text) if kind in ("text/csv", "") else kind


def _json_shape(text: str) -> str:
    """Of JSON lines, which several content types are, the shape of the first."""
    try:
        document, _ = json.JSONDecoder().raw_decode(text)
        return f"JSON {_of(document)}"
    except (ValueError, RecursionError):
        return "text that is no JSON"


def _csv_shape(text: str) -> str:
    row = next(csv.reader(text.splitlines()), [])
    return f"CSV {_counted([_cell(value) for value in row])}"


def _of(value: object) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {_of(value[key])}" for key in sorted(value)) + "}"
        case list() if any(isinstance(item, list | dict) for item in value):
            return "[" + " or ".join(sorted({_of(item) for item in value})) + "]"
        case list():
            return f"[{_counted([_of(item) for item in value])}]"
        case None:
            return "null"
        case bool():
            return "boolean"
        case _:
            return "text" if isinstance(value, str) else "number"


def _counted(kinds: Sequence[str]) -> str:
    runs = ((kind, len(list(run))) for kind, run in groupby(kinds))
    return ", ".join(f"{count} {kind}{'s' * (count > 1)}" for kind, count in runs) or "nothing"


def _cell(value: str) -> str:
    try:
        float(value)
    except ValueError:
        return "text"
    return "number"
