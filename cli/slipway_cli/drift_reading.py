"""Read data for `slipway drift`, file by file, and show how far it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from slipway_drift.doctor.subject import Head
from slipway_drift.errors import DriftError
from slipway_drift.rows.answers import UNKNOWN, Answers
from slipway_drift.rows.capture import read_capture_by_model
from slipway_drift.rows.capture_record import variant_and_model
from slipway_drift.rows.datasets import format_of, read_dataset
from slipway_drift.rows.preprocess import Preprocessor
from slipway_drift.statistics.profile import Profile, profiles

from slipway_cli.drift_files import console, files_in, save_rejected

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from slipway_drift.rows.batches import Batch, Rejection
    from slipway_drift.statistics.profile import Domains


UNNAMED: Final = "unnamed"


class By(StrEnum):
    """What a window may be divided by."""

    variant = "variant"
    model = "model"


@dataclass(frozen=True, slots=True)
class Reading:
    """How files are read: `kind` where the suffix shall not say it; a `script` for capture,
    whose positions are named by the baseline's `names`, of which `answers` are the model's."""

    kind: str = ""
    header: bool = True
    script: str = ""
    by: By | None = None
    names: Sequence[str] = ()
    answers: Answers = UNKNOWN

    def batches(self, path: Path, stream: BinaryIO) -> Iterator[tuple[str, Batch]]:
        """The rows of one file, with the group each belongs to; empty where nothing divides."""
        kind = self.kind or format_of(stream, path.name)
        if kind != "capture" and (self.by or self.script):
            what = f"--by {self.by}" if self.by else "--preprocess"
            raise DriftError(f"{path} is {kind}: {what} is for data capture")
        if kind != "capture":
            for batch in read_dataset(stream, path.name, kind, header=self.header):
                yield "", batch
            return
        flatten = Preprocessor(self.script) if self.script else None
        variant = variant_and_model(path.resolve().as_posix())[0]
        for model, read in read_capture_by_model(stream, flatten, len(self.names)):
            batch = replace(read, variant=variant)
            named = batch.named(self.names, self.answers) if self.names else batch
            yield self.group(path, model, rows=len(batch.frame)), named

    def group(self, path: Path, model: str, rows: int) -> str:
        if self.by is None:
            return ""
        variant, kept_for = variant_and_model(path.resolve().as_posix())
        found = variant if self.by is By.variant else model or kept_for
        if not found and rows:
            place = f"…/{{variant}}/[{{{By.model}}}/]yyyy/mm/dd/hh/file.jsonl"
            raise DriftError(f"{path} names no {self.by}: capture lies in {place}")
        return folder_name(found or UNNAMED)


def folder_name(group: str) -> str:
    """A name of one folder, whatever a model is called."""
    return quote(group, safe="") if group.strip(".") else group.replace(".", "%2E")


def read(
    data: list[Path],
    output: Path,
    reading: Reading,
    domains: Domains = (),
    head: Head | None = None,
) -> dict[str, Profile]:
    """Profile all files as one dataset a group, and keep what is rejected in rejected.jsonl, and
    the first rows in `head`."""
    output.mkdir(parents=True, exist_ok=True)
    rejected: list[Rejection] = []
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description} {task.fields[rows]:,} rows"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    ) as progress:
        batches = read_all(files_in(data), reading, progress, head or Head())
        held = profiles(batches, domains=domains, keep=rejected.append)
    save_rejected(output / "rejected.jsonl", rejected)
    return held


def read_all(
    files: list[Path], reading: Reading, progress: Progress, head: Head
) -> Iterator[tuple[str, Batch]]:
    task = progress.add_task("reading", total=None, rows=0)
    rows = 0
    for path in files:
        progress.update(task, description=path.name)
        with path.open("rb") as stream:
            for group, batch in reading.batches(path, stream):
                head.take(batch.frame)
                rows += len(batch.frame)
                progress.update(task, rows=rows)
                yield group, batch.within(path.name)
