"""`slipway inspect`: what an artifact is, found out as a release would."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import boto3
import typer
from slipway.artifacts import ArchiveRefused, Inspection, NoImage, choose, inspect
from slipway.artifacts.graphs.networks import NoGraph, read_network

from slipway_cli import screen
from slipway_cli.failures import Exit, Problem
from slipway_cli.packing import chunks, packed
from slipway_cli.plotting.layout import LayoutFailed
from slipway_cli.plotting.svg import draw

REGION = "us-east-1"


def inspect_artifact(
    artifact: Annotated[
        str,
        typer.Argument(help="A model.tar.gz: a file, or s3://bucket/key; or what `push` packs."),
    ],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    plot: Annotated[
        Path | None, typer.Option(help="An SVG to draw the network in.", dir_okay=False)
    ] = None,
) -> None:
    """Say whether a model.tar.gz would be served, what it is and how, without loading it.

    Leaves with 1 where it would not be, so that a pipeline can ask before anybody uploads it.
    """
    with _bytes_of(artifact) as read:
        try:
            inspection = inspect(read())
            if plot:
                _plot(artifact, inspection, plot, read)
        except ArchiveRefused as refusal:
            raise Problem(f"{artifact}: {refusal}", code=Exit.REFUSED) from refusal
    verdict = _verdict(inspection)
    if as_json:
        told = {"served": verdict.served, "why": verdict.why, "image": _image(inspection)}
        screen.print_json({**told, **asdict(inspection)})
    else:
        screen.print_facts([("served", verdict.said), *_facts(inspection)])
        rows = [(m.name, screen.size(m.size), m.sha256[:12]) for m in inspection.members]
        screen.print_table(("member", "size", "sha256"), rows)
    if not verdict.served:
        raise typer.Exit(Exit.REFUSED)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether it would be served under a manifest that says nothing, and why or why not."""

    served: bool
    why: str

    @property
    def said(self) -> str:
        return f"{'yes' if self.served else 'no'}: {self.why}"


def _verdict(inspection: Inspection) -> Verdict:
    refusals = [finding.sentence for finding in inspection.findings if finding.grade == "refuse"]
    if refusals:
        return Verdict(served=False, why=refusals[0])
    try:
        choice = choose(inspection, boto3.Session().region_name or REGION)
    except NoImage as problem:
        return Verdict(served=False, why=str(problem))
    image = choice.uri.rpartition("/")[2]
    if inspection.waits:
        why = f"by {image}, once a person has approved it: {inspection.waits}"
        return Verdict(served=True, why=why)
    if not inspection.fetched:
        return Verdict(served=True, why=f"by {image}")
    wanted = ", ".join(inspection.fetched)
    return Verdict(served=True, why=f"by {image}, if `slipway push` packs the wheels of {wanted}")


@contextmanager
def _bytes_of(artifact: str) -> Iterator[Callable[[], Iterable[bytes]]]:
    """What reads the archive, as often as it is wanted; a folder or a bare model is packed."""
    if urlsplit(artifact).scheme == "s3":
        yield lambda: _object(artifact)
        return
    with packed(
        Path(artifact), None, lambda line: screen.err().print(line, soft_wrap=True)
    ) as file:
        yield lambda: chunks(file)


def _object(artifact: str) -> Iterable[bytes]:
    parts = urlsplit(artifact)
    found = boto3.client("s3").get_object(Bucket=parts.netloc, Key=parts.path.lstrip("/"))
    return found["Body"].iter_chunks(1 << 20)


def _plot(
    artifact: str,
    inspection: Inspection,
    picture: Path,
    read: Callable[[], Iterable[bytes]],
) -> None:
    """Draw the network of an artifact. Raises Problem where it has none, or none that can be."""
    try:
        graph = read_network(read(), inspection)
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
