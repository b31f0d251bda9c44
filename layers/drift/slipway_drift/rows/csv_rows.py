"""Read CSV (RFC 4180) from any byte stream, piece by piece, each cell as its raw text.

An empty cell, quoted or not, is null; blank lines are skipped; short rows are filled with nulls,
as Spark reads them for Model Monitor. Rows longer than the header are rejected, where Spark cuts
them in silence.
"""

from __future__ import annotations

import csv
import io
import re
from typing import IO, TYPE_CHECKING, Final

import polars as pl
from polars.exceptions import PolarsError

from slipway_drift.errors import DriftError
from slipway_drift.rows.batches import Batch, reject

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slipway_drift.rows.batches import Rejection

PIECE: Final = 24 * 1024 * 1024
LONGEST_ROW: Final = 2 * PIECE
BOM: Final = b"\xef\xbb\xbf"
BLANK_LINES: Final = re.compile(rb"\n(?:\r?\n)+")


def read_csv(stream: IO[bytes], *, header: bool = True, piece: int = PIECE) -> Iterator[Batch]:
    """Yield the rows; without a header the columns are `_c0`, `_c1`, …, as many as row one has.

    Raise DriftError where a row is longer than 48 MiB, or the first one is no CSV.
    """
    names: list[str] = []
    line = 1
    for block in whole_rows(stream, piece):
        rows = block
        if not names and block.strip(b"\r\n"):
            first, rest = first_row(block.lstrip(b"\r\n"))
            names = column_names(first) if header else [f"_c{i}" for i in range(len(first))]
            rows = rest if header else block
        above = block[: len(block) - len(rows)]
        if names:
            yield parse(rows, names, line + above.count(b"\n"))
        line += block.count(b"\n")


def whole_rows(stream: IO[bytes], piece: int) -> Iterator[bytes]:
    """Cut the stream into blocks that end where a row ends."""
    carried = b""
    first = True
    while data := stream.read(piece):
        data = data.removeprefix(BOM) if first else data
        first = False
        block = carried + data
        cut = last_row_end(block)
        if not cut and len(block) > LONGEST_ROW:
            raise DriftError(f"a row is longer than {LONGEST_ROW} bytes: is this CSV?")
        if cut:
            yield block[:cut]
        carried = block[cut:]
    if last := carried.rstrip(b"\r\n"):
        yield last


def last_row_end(block: bytes) -> int:
    """Find the end of the last newline that stands outside quotes; 0 if there is none."""
    end = block.rfind(b"\n") + 1
    quotes = block.count(b'"', 0, end) if b'"' in block else 0
    while end and quotes % 2:
        earlier = block.rfind(b"\n", 0, end - 1) + 1
        quotes -= block.count(b'"', earlier, end)
        end = earlier
    if not end and len(block) > LONGEST_ROW:
        return block.rfind(b"\n") + 1
    return end


def first_row(block: bytes) -> tuple[list[str], bytes]:
    """Split off the first row."""
    end = 0
    while end < len(block):
        end = block.find(b"\n", end) + 1 or len(block)
        if block.count(b'"', 0, end) % 2 == 0:
            break
    text = block[:end].decode(errors="replace").rstrip("\r\n")
    try:
        cells = next(csv.reader([text]), [])
    except csv.Error as error:
        raise DriftError(f"the first row is not CSV: {error}") from error
    return cells or [""], block[end:]


def column_names(cells: Sequence[str]) -> list[str]:
    """Name the columns as the header does; nameless and repeated ones get their position."""
    names: dict[str, None] = {}
    for position, cell in enumerate(cells):
        name = cell or f"_c{position}"
        while name in names:
            name += str(position)
        names[name] = None
    return list(names)


def parse(block: bytes, names: Sequence[str], line: int) -> Batch:
    """Read whole rows with the fast reader, or with the patient one where that one balks."""
    body = block.lstrip(b"\r\n")
    line += block[: len(block) - len(body)].count(b"\n")
    if not body:
        return Batch(no_rows(names))
    blank = b"\n\n" in body or (b"\r" in body and b"\n\r\n" in body)
    try:
        if blank and b'"' in body:
            return read_patiently(body, names, line)
        return Batch(read_fast(BLANK_LINES.sub(b"\n", body) if blank else body, names))
    except PolarsError:
        return read_patiently(body, names, line)


def read_fast(body: bytes, names: Sequence[str]) -> pl.DataFrame:
    header = ",".join(str(i) for i in range(len(names))).encode() + b"\n"
    frame = pl.read_csv(header + body, infer_schema=False)
    frame.columns = list(names)
    return frame.with_columns(pl.all().replace("", None)) if b'""' in body else frame


def read_patiently(body: bytes, names: Sequence[str], line: int) -> Batch:
    """Read row by row, so that one bad row costs no other."""
    rows: list[list[str | None]] = []
    rejections: list[Rejection] = []
    reader = csv.reader(io.StringIO(body.decode(errors="replace"), newline="\n"))
    while True:
        where = f"line {line + reader.line_num}"
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            rejections.append(reject(f"not CSV: {error}", where, ""))
            continue
        if len(cells) > len(names):
            rejections.append(reject("more fields than columns", where, ",".join(cells)))
        elif cells:
            rows.append([cell or None for cell in cells] + [None] * (len(names) - len(cells)))
    schema = dict.fromkeys(names, pl.String)
    return Batch(pl.DataFrame(rows, schema=schema, orient="row"), tuple(rejections))


def no_rows(names: Sequence[str]) -> pl.DataFrame:
    return pl.DataFrame(schema=dict.fromkeys(names, pl.String))
