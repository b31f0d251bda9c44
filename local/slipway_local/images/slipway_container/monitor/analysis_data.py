"""The analyzer's datasets and baselines, from the container's folders."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from slipway_drift.rows.batches import Batch
from slipway_drift.rows.datasets import read_dataset

from .analysis_settings import AnalysisSettings


def files_of(source: Path) -> Sequence[Path]:
    """A file itself, or all that are in a folder, in the order of their names."""
    if source.is_file():
        return [source]
    return sorted(path for path in source.rglob("*") if path.is_file())


def read_rows(settings: AnalysisSettings, stream: IO[bytes], name: str) -> Iterator[Batch]:
    """The rows of a file that is no capture, in the format that the settings say."""
    options = settings.options
    if settings.kind == "json":
        lines = options.get("line", options.get("lines", True))
        return read_dataset(stream, name, "jsonl" if lines else "json")
    return read_dataset(stream, name, settings.kind, header=options.get("header", True))


def read_baseline(path: Path) -> bytes:
    """A file of the baseline. Raises ValueError, which names it."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise ValueError(f"the baseline's {path.name} cannot be read: {error.strerror}") from error
