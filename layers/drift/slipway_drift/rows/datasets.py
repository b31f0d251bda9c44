"""Open a dataset by what its name says it is."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Final

from slipway_drift.errors import DriftError
from slipway_drift.rows.capture import read_capture
from slipway_drift.rows.csv_rows import read_csv
from slipway_drift.rows.json_rows import read_json, read_json_lines
from slipway_drift.rows.parquet_rows import read_parquet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway_drift.rows.batches import Batch

PEEK: Final = 4096
FORMATS: Final = ("csv", "json", "jsonl", "parquet", "capture")


def read_dataset(
    stream: IO[bytes], name: str, kind: str | None = None, *, header: bool = True
) -> Iterator[Batch]:
    """Yield the rows of a CSV, JSON, JSON Lines, Parquet or capture file.

    `kind` is one of FORMATS; without it the name's suffix says it, and capture is told from
    plain JSON Lines by its first line. `stream` must be able to seek.
    """
    found = kind or format_of(stream, name)
    if found == "csv":
        return read_csv(stream, header=header)
    readers = {
        "json": read_json,
        "jsonl": read_json_lines,
        "parquet": read_parquet,
        "capture": read_capture,
    }
    if found not in readers:
        raise DriftError(f"format {found!r} is not known; it is one of {', '.join(FORMATS)}")
    return readers[found](stream)


def format_of(stream: IO[bytes], name: str) -> str:
    suffix = name.rpartition(".")[2].lower()
    if suffix in ("jsonl", "ndjson"):
        start = stream.read(PEEK)
        stream.seek(0)
        return "capture" if b'"captureData"' in start else "jsonl"
    if suffix in ("csv", "json", "parquet"):
        return suffix
    raise DriftError(f"{name}: the suffix is not .csv, .json, .jsonl or .parquet; say which it is")
