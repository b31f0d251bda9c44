"""`slipway export`: a model in its framework's own present format, or in ONNX, with a proof."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated, Any
from urllib.parse import urlsplit

import boto3
import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn
from slipway.artifacts import ArchiveRefused
from slipway_export.exporting import Exported, export
from slipway_export.model import ExportRefused, Model
from slipway_export.reading import read
from slipway_export.writing import check, write

from slipway_cli import screen
from slipway_cli.failures import Exit, Problem

app = typer.Typer(add_completion=False)


class Target(StrEnum):
    """What a model becomes."""

    NATIVE = "native"
    ONNX = "onnx"


@app.command()
def export_artifact(
    artifact: Annotated[str, typer.Argument(help="A model.tar.gz: a file, or s3://bucket/key.")],
    *,
    to: Annotated[Target, typer.Option(help="Its framework's own present format, or ONNX.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="A folder, new or empty.", file_okay=False)
    ],
    force: Annotated[bool, typer.Option(help="Replace files of the same names.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Write a model as files that need no SageMaker, and prove that they predict the same.

    Nothing of the artifact is unpickled or imported; what must load it runs in a process of its
    own, bounded on every side.
    """
    try:
        check(output, force=force)
        model = _model(artifact)
        with screen.err().status(f"[dim]converting it to {to}, and comparing the two"):
            made = export(model, to)
        write(made.files, output, force=force)
    except (ArchiveRefused, ExportRefused) as refusal:
        raise Problem(f"{artifact}: {refusal}", code=Exit.REFUSED) from refusal
    _tell(model, to, made, output, as_json=as_json)


def _model(artifact: str) -> Model:
    with _opened(artifact) as file, _progress(file) as advance:
        return read(file, advance)


@contextmanager
def _opened(artifact: str) -> Iterator[IO[bytes]]:
    """The file, or a copy of the object without a name."""
    parts = urlsplit(artifact)
    if parts.scheme != "s3":
        with Path(artifact).open("rb") as file:
            yield file
        return
    with tempfile.TemporaryFile() as copy:
        boto3.client("s3").download_fileobj(parts.netloc, parts.path.lstrip("/"), copy)
        yield copy


@contextmanager
def _progress(file: IO[bytes]) -> Iterator[Callable[[int], None]]:
    """A bar in a terminal, nothing elsewhere; the file is read twice."""
    console = screen.err()
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task("reading", total=2 * file.seek(0, 2))
        yield lambda count: bar.advance(task, count)


def _tell(model: Model, to: Target, made: Exported, folder: Path, *, as_json: bool) -> None:
    inspection = model.inspection
    if as_json:
        screen.print_json(
            {
                "kind": inspection.kind,
                "sha256": inspection.sha256,
                "target": to,
                "folder": str(folder),
                "files": {name: len(content) for name, content in made.files.items()},
                "proof": _proof(made),
                "note": made.note,
            }
        )
        return
    version = f"{inspection.framework} {inspection.framework_version}".strip()
    screen.print_facts(
        (("model", f"{inspection.kind}, {version}"), ("proof", made.proof), ("note", made.note))
    )
    rows = [(str(folder / name), screen.size(len(held))) for name, held in made.files.items()]
    screen.print_table(("file", "size"), rows)


def _proof(made: Exported) -> dict[str, Any] | None:
    if made.inputs is None:
        return None
    return {
        "inputs": made.inputs,
        "largest_difference": made.furthest,
        "tolerance": made.tolerance,
    }
