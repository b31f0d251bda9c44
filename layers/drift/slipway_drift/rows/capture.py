"""Read data-capture files: each invocation's outputs, then its inputs, as rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import IO, TYPE_CHECKING, Final

import polars as pl

from slipway_drift.rows.batches import Batch, Origin, Rejection, reject
from slipway_drift.rows.capture_bodies import Cells, rows_of
from slipway_drift.rows.capture_record import PROBE, Record, parse_record
from slipway_drift.rows.json_rows import NotTabular, Row, numbered_lines
from slipway_drift.rows.pairing import position_of
from slipway_drift.rows.ragged import fitting

if TYPE_CHECKING:
    from slipway_drift.rows.capture_record import Body

RECORDS: Final = 20_000

MINUTE: Final = len("2026-01-31T08:00")

Pair = tuple[Row, Row]
Shape = tuple[bool, bool]
NO_SHAPE: Final[Shape] = (False, False)
Flatten = Callable[[Sequence[Record]], Iterable["list[Pair] | str"]]


def read_capture(
    stream: IO[bytes], flatten: Flatten | None = None, columns: int = 0
) -> Iterator[Batch]:
    """Yield the rows of one capture file: output columns first, then input columns.

    Positional cells (CSV) are named `output_0`, …, `input_0`, … and pair with a baseline by
    position; where both sides are JSON objects the columns pair by name. `flatten` turns records
    into rows, or into the reason why one is rejected (see `preprocess`). Of a baseline of so many
    `columns` a record must be a row (see `ragged`). Slipway's own probes are left out.
    """
    for _, batch in read_capture_by_model(stream, flatten, columns):
        yield batch


def read_capture_by_model(
    stream: IO[bytes], flatten: Flatten | None = None, columns: int = 0
) -> Iterator[tuple[str, Batch]]:
    """Yield the same rows with the model each belongs to; empty on a single-model endpoint."""
    flattened = partial(fitting, flatten or flatten_records, columns)
    records: list[tuple[str, Record, str]] = []
    rejections: list[Rejection] = []
    for number, line in numbered_lines(stream):
        text = line.decode(errors="replace")
        try:
            record = parse_record(line)
            if record.inference_id != PROBE:
                records.append((f"line {number}", record, text))
        except NotTabular as error:
            rejections.append(reject(str(error), f"line {number}", text))
        if len(records) >= RECORDS:
            yield from batches(records, rejections, flattened)
            records, rejections = [], []
    yield from batches(records, rejections, flattened)


def batches(
    records: Sequence[tuple[str, Record, str]], rejections: Sequence[Rejection], flatten: Flatten
) -> Iterator[tuple[str, Batch]]:
    held: dict[tuple[str, Shape], list[Pair]] = {}
    origins: dict[tuple[str, Shape], list[Origin]] = {}
    requests: Counter[tuple[str, Shape]] = Counter()
    rejected: dict[str, list[Rejection]] = {}
    flattened = flatten([record for _, record, _ in records])
    for (where, record, text), pairs in zip(records, flattened, strict=True):
        model = record.target_model or ""
        if isinstance(pairs, str):
            rejected.setdefault(model, []).append(reject(pairs, where, text))
            held.setdefault((model, NO_SHAPE), [])
        for number, pair in enumerate(pairs if isinstance(pairs, list) else ()):
            key = model, shape_of(pair)
            held.setdefault(key, []).append(pair)
            origins.setdefault(key, []).append(origin_of(record))
            requests[key] += number == 0
    for key in held or {("", NO_SHAPE): []}:
        # A line that is no record names no model: the first one tells of it.
        lines, rejections = rejections, ()
        told = [*lines, *rejected.pop(key[0], ())]
        batch = batch_of(held.get(key, []), told, requests[key])
        yield key[0], replace(batch, origins=tuple(origins.get(key, ())))


def origin_of(record: Record) -> Origin:
    """The minute of a record, and who says it sent it."""
    return record.inference_time[:MINUTE], ", ".join(record.custom_attributes)


def shape_of(pair: Pair) -> Shape:
    """Say of either side whether its columns are known by position: those of CSV and of JSON
    share no frame."""
    output, given = map(is_by_position, pair)
    return output, given


def batch_of(pairs: Sequence[Pair], rejections: Sequence[Rejection], requests: int) -> Batch:
    """Set rows into columns: the outputs' first."""
    # Of a reply the answer itself is first, and what is said of it follows.
    outputs = columns_of([output for output, _ in pairs], position_of)
    inputs = columns_of([given for _, given in pairs], lambda name: (position_of(name), name))
    # A name on both sides is one column of each.
    renamed = {f"input.{name}" if name in outputs else name: held for name, held in inputs.items()}
    frame = pl.DataFrame(
        (outputs | renamed) or None,
        schema=dict.fromkeys((*outputs, *renamed), pl.String),
        height=len(pairs),
    )
    named = all(position_of(name) < 0 for name in (*outputs, *inputs))
    return Batch(frame, tuple(rejections), len(outputs), named, requests)


def columns_of(
    rows: Sequence[Row], order: Callable[[str], int | tuple[int, str]]
) -> dict[str, list[str | None]]:
    """Set rows into columns in an order; what is equal in it comes as it was first seen."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in sorted(names, key=order)}


def flatten_records(records: Sequence[Record]) -> Iterator[list[Pair] | str]:
    """Turn each record into rows, or into the reason why it is rejected."""
    for record in records:
        try:
            yield flatten_record(record)
        except NotTabular as error:
            yield str(error)


def flatten_record(record: Record) -> list[Pair]:
    """Set the rows of both bodies side by side."""
    outputs, inputs = side(record.output, "output"), side(record.input, "input")
    if outputs is None and inputs is None:
        raise NotTabular("neither input nor output was captured")
    if outputs is None or inputs is None:
        return [(row, {}) for row in outputs or ()] or [({}, row) for row in inputs or ()]
    for answers, rows in readings(outputs, inputs):
        if len(answers) == len(rows):
            return list(zip(answers, rows, strict=True))
    raise NotTabular("input and output have different numbers of rows")


def readings(outputs: list[Row], inputs: list[Row]) -> Iterator[tuple[list[Row], list[Row]]]:
    """Both sides in each way that they may be meant, the plainest first."""
    yield outputs, inputs
    headless = without_header(inputs)
    yield outputs, headless
    yield as_many(outputs, len(inputs)), inputs
    yield as_many(outputs, len(headless)), headless


def without_header(inputs: list[Row]) -> list[Row]:
    """Name the rows by their first, where that is a row of names: different ones, and none a
    number."""
    names = [name or "" for name in inputs[0].values()] if len(inputs) > 1 else []
    usable = len(set(names)) == len(names) > 0 and not any(map(is_number, names))
    if not usable or any(len(row) > len(names) for row in inputs):
        return inputs
    return [dict(zip(names, row.values(), strict=False)) for row in inputs[1:]]


def as_many(outputs: list[Row], rows: int) -> list[Row]:
    """Read a reply in one line as the answers to several rows, and one answer a line as the
    scores of a single row, where only that fits."""
    if len(outputs) == 1 and len(outputs[0]) == rows > 1 and is_by_position(outputs[0]):
        return [{"output_0": value} for value in outputs[0].values()]
    if rows == 1 < len(outputs) and all(is_by_position(row) and len(row) == 1 for row in outputs):
        return [named([value for row in outputs for value in row.values()], "output")]
    return outputs


def is_by_position(row: Row) -> bool:
    return position_of(next(iter(row), "")) >= 0


def is_number(text: str) -> bool:
    """Say whether a cell holds a number, or nothing, as a name does not."""
    try:
        float(text or "0")
    except ValueError:
        return False
    return True


def side(body: Body | None, prefix: str) -> list[Row] | None:
    if body is None:
        return None
    return [named(row, prefix) for row in rows_of(body)]


def named(row: Row | Cells, prefix: str) -> Row:
    if isinstance(row, dict):
        return row
    return {f"{prefix}_{position}": text for position, text in enumerate(row)}
