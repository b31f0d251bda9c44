"""`slipway inspect`: what an artifact is, found out as a release would."""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import boto3
import typer
from slipway.artifacts import ArchiveRefused, Inspection, NoImage, choose, inspect
from slipway.artifacts.networks import NoGraph, read_network

from slipway_cli import screen
from slipway_cli.failures import Exit, Problem
from slipway_cli.packing import chunks
from slipway_cli.plotting.layout import LayoutFailed
from slipway_cli.plotting.svg import draw

REGION = "us-east-1"


def inspect_artifact(
    artifact: Annotated[str, typer.Argument(help="A model.tar.gz: a file, or s3://bucket/key.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    plot: Annotated[
        Path | None, typer.Option(help="An SVG to draw the network in.", dir_okay=False)
    ] = None,
) -> None:
    """Say what a model.tar.gz is and how it would be served, without loading it."""
    try:
        inspection = inspect(_read(artifact))
        if plot:
            _plot(artifact, inspection, plot)
    except ArchiveRefused as refusal:
        raise Problem(f"{artifact}: {refusal}", code=Exit.REFUSED) from refusal
    if as_json:
        screen.print_json({**asdict(inspection), "image": _image(inspection)})
        return
    screen.print_facts(_facts(inspection))
    rows = [(m.name, screen.size(m.size), m.sha256[:12]) for m in inspection.members]
    screen.print_table(("member", "size", "sha256"), rows)


def _read(artifact: str) -> Iterable[bytes]:
    parts = urlsplit(artifact)
    if parts.scheme != "s3":
        return chunks(Path(artifact))
    client = boto3.client("s3")
    found = client.get_object(Bucket=parts.netloc, Key=parts.path.lstrip("/"))
    return found["Body"].iter_chunks(1 << 20)


def _plot(artifact: str, inspection: Inspection, picture: Path) -> None:
    """Draw the network of an artifact. Raises Problem where it has none, or none that can be."""
    try:
        graph = read_network(_read(artifact), inspection)
        title = Path(urlsplit(artifact).path).name
        picture.write_text(draw(graph, title, _told(inspection)), "utf-8")
    except (NoGraph, LayoutFailed) as problem:
        raise Problem(f"{artifact}: no picture: {problem}", code=Exit.REFUSED) from problem


def _facts(inspection: Inspection) -> list[tuple[str, str]]:
    return [
        ("model", _summary(inspection)),
        ("sha256", inspection.sha256),
        ("image", _image(inspection)),
        ("script", inspection.entry_point),
        *(("finding", f"{f.grade}: {f.sentence}") for f in inspection.findings),
    ]


def _told(inspection: Inspection) -> str:
    """The kind and who wrote it, in words once: `tensorflow 2.20.0`."""
    version = _version(inspection)
    return version if version.startswith(inspection.kind) else f"{inspection.kind}, {version}"


def _version(inspection: Inspection) -> str:
    return f"{inspection.framework} {inspection.framework_version}".strip()


def _summary(inspection: Inspection) -> str:
    version = _version(inspection)
    return ", ".join(
        part
        for part in (inspection.kind, version, inspection.model_file, inspection.format)
        if part
    )


def _image(inspection: Inspection) -> str:
    try:
        return choose(inspection, boto3.Session().region_name or REGION).uri
    except NoImage as problem:
        return f"none: {problem}"
