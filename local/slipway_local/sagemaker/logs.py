"""What containers print, brought to the log group of the endpoint, or of all transform jobs, as
SageMaker brings it.

Group `/aws/sagemaker/Endpoints/<endpoint>`, streams `<variant>/<instance>`, and group
`/aws/sagemaker/TransformJobs`, streams `<job>/<instance>`; in a pipeline `…/<container>` after it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Protocol, runtime_checkable

from slipway_local.sagemaker.account import Endpoint, TransformJob
from slipway_local.sagemaker.serving import Health, Server

Write = Callable[[str, str, Sequence[str]], None]

TRANSFORMS = "/aws/sagemaker/TransformJobs"
_CHUNK = 1024 * 1024
_LONGEST = 256 * 1024  # of one event, as CloudWatch takes it


def group_of(endpoint: str) -> str:
    """The log group of an endpoint."""
    return f"/aws/sagemaker/Endpoints/{endpoint}"


@runtime_checkable
class Printing(Server, Protocol):
    """A server whose output is kept in files."""

    def logs(self) -> Sequence[Path]:
        """The files that it prints to, each of which only grows."""
        ...


@dataclass(slots=True)
class _Tail:
    """What of a server's output was read; `done` once it has ended and all was."""

    group: str
    stream: str
    server: Printing
    read: dict[Path, int] = field(default_factory=dict)
    ended: bool = False
    done: bool = False

    def news(self) -> list[str]:
        """The lines that were printed since the last time."""
        self.done, self.ended = self.ended, self.server.health() is Health.FAILED
        return [line for file in self.server.logs() for line in self._lines(file)]

    def _lines(self, file: Path) -> Iterator[str]:
        start = self.read.get(file, 0)
        text = _after(file, start, whole=not self.done)
        self.read[file] = start + len(text)
        for line in text.decode(errors="replace").splitlines():
            yield line[:_LONGEST]


@dataclass(frozen=True, slots=True)
class _Running:
    """A container that prints; where no `instance` is known, each has one of its own."""

    group: str
    owner: str
    instance: str
    label: str
    server: Printing

    def tail(self) -> _Tail:
        instance = self.instance or f"i-{token_hex(9)[1:]}"
        stream = "/".join(part for part in (self.owner, instance, self.label) if part)
        return _Tail(self.group, stream, self.server)


class Logs:
    """Follows the output of every container, also of those that do not last."""

    def __init__(self, write: Write | None) -> None:
        self._write = write
        self._tails: dict[int, _Tail] = {}

    def notice(self, endpoints: Iterable[Endpoint], jobs: Iterable[TransformJob] = ()) -> None:
        """Follow the containers that are new; forget who is gone."""
        if self._write is None:
            return
        running = {id(found.server): found for found in _running(endpoints, jobs)}
        kept = {k: tail for k, tail in self._tails.items() if k in running or not tail.done}
        new = {k: found.tail() for k, found in running.items() if k not in kept}
        self._tails = kept | new

    def ship(self) -> None:
        """Write what was printed since the last time."""
        if self._write is None:
            return
        for tail in [*self._tails.values()]:
            lines = [] if tail.done else tail.news()
            if lines:
                self._write(tail.group, tail.stream, lines)


def _running(endpoints: Iterable[Endpoint], jobs: Iterable[TransformJob]) -> Iterator[_Running]:
    for endpoint in endpoints:
        for fleet in endpoint.fleets():
            for variant in fleet.variants:
                group, labels = group_of(endpoint.name), variant.program.labels()
                yield from _printing(group, variant.name, "", labels, variant.servers)
    for job in jobs:
        if job.run and job.ended is None:
            labels = job.run.labels
            yield from _printing(TRANSFORMS, job.name, job.instance, labels, job.run.servers)


def _printing(
    group: str, owner: str, instance: str, labels: Sequence[str], servers: Sequence[Server]
) -> Iterator[_Running]:
    for label, server in zip(labels, servers, strict=True):
        if isinstance(server, Printing):
            yield _Running(group, owner, instance, label if len(servers) > 1 else "", server)


def _after(file: Path, offset: int, *, whole: bool) -> bytes:
    """What a file holds from `offset` on: with `whole` no line that is not ended yet."""
    try:
        with file.open("rb") as opened:
            opened.seek(offset)
            text = opened.read(_CHUNK)
    except FileNotFoundError:
        return b""
    return text[: text.rfind(b"\n") + 1] if whole and len(text) < _CHUNK else text
