"""What containers print, brought to the endpoint's log group as SageMaker brings it.

Group `/aws/sagemaker/Endpoints/<endpoint>`, streams `<variant>/<instance>`, and in a pipeline
`<variant>/<instance>/<container>`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Protocol, runtime_checkable

from slipway_local.sagemaker.account import Endpoint
from slipway_local.sagemaker.fleets import Variant
from slipway_local.sagemaker.serving import Health, Server

Write = Callable[[str, str, Sequence[str]], None]

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


class Logs:
    """Follows the output of every container of every endpoint, also of those that do not last."""

    def __init__(self, write: Write | None) -> None:
        self._write = write
        self._tails: dict[int, _Tail] = {}

    def notice(self, endpoints: Iterable[Endpoint]) -> None:
        """Follow the containers that are new among those of the endpoints; forget who is gone."""
        if self._write is None:
            return
        running = {id(found[-1]): found for each in endpoints for found in _running(each)}
        kept = {k: tail for k, tail in self._tails.items() if k in running or not tail.done}
        new = {k: _tail(*found) for k, found in running.items() if k not in kept}
        self._tails = kept | new

    def ship(self) -> None:
        """Write what was printed since the last time."""
        if self._write is None:
            return
        for tail in [*self._tails.values()]:
            lines = [] if tail.done else tail.news()
            if lines:
                self._write(tail.group, tail.stream, lines)


def _running(endpoint: Endpoint) -> Iterator[tuple[Endpoint, Variant, int, Printing]]:
    for fleet in endpoint.fleets():
        for variant in fleet.variants:
            for place, server in enumerate(variant.servers):
                if isinstance(server, Printing):
                    yield endpoint, variant, place, server


def _tail(endpoint: Endpoint, variant: Variant, place: int, server: Printing) -> _Tail:
    stream = f"{variant.name}/i-{token_hex(9)[1:]}"
    containers = variant.program.containers
    if len(containers) > 1:
        stream += f"/{containers[place].hostname or f'container-{place + 1}'}"
    return _Tail(group_of(endpoint.name), stream, server)


def _after(file: Path, offset: int, *, whole: bool) -> bytes:
    """What a file holds from `offset` on: with `whole` no line that is not ended yet."""
    try:
        with file.open("rb") as opened:
            opened.seek(offset)
            text = opened.read(_CHUNK)
    except FileNotFoundError:
        return b""
    return text[: text.rfind(b"\n") + 1] if whole and len(text) < _CHUNK else text
