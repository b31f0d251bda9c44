"""What `slipway drift` reads and writes: data in files and folders, a window's files."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import typer
from rich.console import Console
from slipway_drift.documents import ABOUT, CONSTRAINTS, OWN_VIOLATIONS, STATISTICS, VIOLATIONS
from slipway_drift.errors import DriftError
from slipway_drift.windows import rejected_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slipway_drift.results import Files
    from slipway_drift.rows.batches import Rejection

console = Console(stderr=True)

SUFFIXES: Final = {".csv", ".json", ".jsonl", ".ndjson", ".parquet"}
HOUR: Final = re.compile(r"(\d{4})/(\d{2})/(\d{2})/(\d{2})(?=/|$)")


def files_in(data: list[Path]) -> list[Path]:
    """List the files, those of folders in the order of their names."""
    files: list[Path] = []
    for path in data:
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        files += [p for p in inside if p.is_file() and (p.suffix in SUFFIXES or p == path)]
    if not files:
        raise DriftError(f"no .csv, .json, .jsonl or .parquet files in {', '.join(map(str, data))}")
    return files


def window_of(data: list[Path]) -> str:
    """Name the window by the hours of its capture files, else by its files."""
    hours = [m.groups() for path in files_in(data) if (m := HOUR.search(path.as_posix()))]
    if not hours:
        return data[-1].name
    first, last = min(hours), max(hours)
    start = "{}-{}-{} {}:00".format(*first)
    return f"{start} UTC" if first == last else f"{start} to " + "{}-{}-{} {}:59 UTC".format(*last)


def baseline_in(folder: Path) -> Files:
    """Read a baseline's files; what a doctor said of it may be absent."""
    for name in (CONSTRAINTS, STATISTICS):
        if not (folder / name).is_file():
            raise DriftError(f"{folder / name} is missing")
    present = [name for name in (STATISTICS, CONSTRAINTS, ABOUT) if (folder / name).is_file()]
    return {name: (folder / name).read_bytes() for name in present}


def save(folder: Path, files: Files) -> None:
    """Write the files into the folder; those of violations go where there are none any more."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in (VIOLATIONS, OWN_VIOLATIONS):
        (folder / name).unlink(missing_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def save_rejected(path: Path, rejected: list[Rejection]) -> None:
    """Keep what could not be read, and say how much it was; without any there is no file."""
    if not rejected:
        path.unlink(missing_ok=True)
        return
    path.write_bytes(rejected_lines(rejected))
    console.print(f"{len(rejected):,} records rejected → [b]{path}[/b]")


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what the engine refuses into one line and exit code 2."""
    try:
        yield
    except (DriftError, OSError) as error:
        console.print(f"[red]{error}[/red]", highlight=False)
        raise typer.Exit(2) from error
