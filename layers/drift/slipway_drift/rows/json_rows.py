"""Read JSON Lines and flat JSON, each number as its raw text.

Rows are flat objects; `null` and an absent key are null. The columns' order means nothing, so
they come sorted by name, as Spark infers them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import IO, TYPE_CHECKING, Final

import polars as pl

from slipway_drift.errors import DriftError
from slipway_drift.rows.batches import Batch, reject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway_drift.rows.batches import Rejection

ROWS: Final = 20_000
LONGEST_FILE: Final = 256 * 1024 * 1024
PIECE: Final = 1024 * 1024
LONGEST_LINE: Final = 32 * 1024 * 1024

Row = dict[str, str | None]


class NotTabular(ValueError):
    """A value that no row can be made of; the message says why."""


def parse_json(text: str | bytes) -> object:
    """Parse JSON, leaving numbers as the texts they are; NotTabular where it is none."""
    try:
        return json.loads(text, parse_float=Number, parse_int=Number, parse_constant=Number)
    except (ValueError, RecursionError) as error:
        raise NotTabular("not JSON") from error


class Number(str):
    """A number's raw text."""

    __slots__ = ()


def flat(value: object) -> Row:
    """Read one flat object as a row."""
    if not isinstance(value, Mapping):
        raise NotTabular("not a JSON object")
    return {clean(key): cell(held) for key, held in value.items()}


def cell(value: object) -> str | None:
    """Read one value as a cell; NotTabular where it is nested."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, int | float):
        return repr(value)
    raise NotTabular("nested value: flatten it with a preprocessor")


def clean(text: str) -> str:
    """Replace what UTF-8 cannot hold (half of a surrogate pair)."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def read_json_lines(stream: IO[bytes]) -> Iterator[Batch]:
    """Yield the rows of one object a line; blank lines are skipped, others rejected."""
    rows: list[Row] = []
    rejections: list[Rejection] = []
    for number, line in numbered_lines(stream):
        try:
            rows.append(flat(parse_json(line)))
        except NotTabular as error:
            rejections.append(reject(str(error), f"line {number}", line.decode(errors="replace")))
        if len(rows) + len(rejections) >= ROWS:
            yield Batch(frame_of(rows), tuple(rejections), by_name=True)
            rows, rejections = [], []
    yield Batch(frame_of(rows), tuple(rejections), by_name=True)


def numbered_lines(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that hold something; DriftError where one is longer than 32 MiB.

    The stream need only `read`: that of an S3 object has a `readline` that takes byte by byte.
    """
    for number, line in enumerate(lines_in(stream), 1):
        if len(line) > LONGEST_LINE:
            raise DriftError(f"line {number} is longer than {LONGEST_LINE} bytes")
        if line.strip():
            yield number, line


def lines_in(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield every line, without its end; one that is far too long comes in parts."""
    carried = b""
    while piece := stream.read(PIECE):
        *lines, carried = (carried + piece).split(b"\n")
        yield from lines
        if len(carried) > LONGEST_LINE:
            yield carried
            carried = b""
    if carried:
        yield carried


def read_json(stream: IO[bytes]) -> Iterator[Batch]:
    """Yield the rows of one JSON file: an array of flat objects, or one object.

    Raise DriftError where the file is no JSON, or larger than 256 MiB: use JSON Lines then.
    """
    content = stream.read(LONGEST_FILE + 1)
    if len(content) > LONGEST_FILE:
        raise DriftError(f"the JSON file is larger than {LONGEST_FILE} bytes: use JSON Lines")
    try:
        held = parse_json(content)
    except NotTabular as error:
        raise DriftError("the file is not JSON: is it JSON Lines (.jsonl)?") from error
    items = held if isinstance(held, Sequence) and not isinstance(held, str) else [held]
    rows: list[Row] = []
    rejections: list[Rejection] = []
    for number, item in enumerate(items):
        try:
            rows.append(flat(item))
        except NotTabular as error:
            rejections.append(reject(str(error), f"item {number}", repr(item)[:200]))
    yield Batch(frame_of(rows), tuple(rejections), by_name=True)


def frame_of(rows: Sequence[Row]) -> pl.DataFrame:
    """Set rows into columns, sorted by name."""
    names = sorted({name for row in rows for name in row})
    return pl.DataFrame(
        {name: [row.get(name) for row in rows] for name in names} or None,
        schema=dict.fromkeys(names, pl.String),
        height=len(rows),
    )
