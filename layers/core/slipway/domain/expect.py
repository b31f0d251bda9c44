"""Whether a reply is what a golden request expects."""

import csv
import json
import re
from collections.abc import Sequence

from slipway.domain.desired import Expectation

PATH = re.compile(r"\$(?:\.\w+|\[\d+\])*")
PART = re.compile(r"\.(\w+)|\[(\d+)\]")


def unmet(expect: Expectation, status: int, body: str) -> str | None:
    """What of the expectation the reply does not meet, in one sentence; None when it meets all."""
    if status != expect.status:
        return f"status {status}, expected {expect.status}: {short(body)}"
    try:
        row = _first_row(body) if expect.columns is not None or expect.between else []
        if expect.columns is not None and len(row) != expect.columns:
            return f"{len(row)} columns, expected {expect.columns}: {short(body)}"
        if expect.path is not None:
            found = at(expect.path, json.loads(body))
            return _outside([found], expect)
        return _outside(row, expect)
    except (ValueError, LookupError, TypeError) as problem:
        return f"the reply cannot be read as expected ({problem}): {short(body)}"


def at(path: str, document: object) -> object:
    """The value at a path of `.name` and `[index]` parts below `$`. Raises LookupError."""
    for name, index in PART.findall(path):
        match document:
            case dict() if name:
                document = document[name]
            case list() if index:
                document = document[int(index)]
            case _:
                raise LookupError(f"nothing at {path}")
    return document


def _outside(values: Sequence[object], expect: Expectation) -> str | None:
    if expect.between is None:
        return None
    low, high = expect.between
    wrong = [value for value in values if not low <= float(str(value)) <= high]
    return f"{wrong[0]} is not between {low:g} and {high:g}" if wrong else None


def _first_row(body: str) -> list[str]:
    return next(csv.reader(body.splitlines()), [])


def short(body: str) -> str:
    """The beginning of a text that may be long. A page for browsers, as some containers answer
    errors, holds no reason."""
    if body.lstrip()[:9].lower() in ("<!doctype", "<html>"):
        return "a page that gives no reason; `slipway logs` shows what was raised"
    return body if len(body) <= 200 else f"{body[:200]}…"
