"""A request to a container and its answer, as HTTP carries them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

JSON = "application/json"
CSV = "text/csv"
ANY = "*/*"


@dataclass(frozen=True, slots=True)
class Request:
    """One request; header names are lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str | None:
        """The content type as sent, parameters and all."""
        return self.headers.get("content-type") or None

    @property
    def accept(self) -> str | None:
        """The wanted content type; None where the caller takes any."""
        accept = self.headers.get("accept")
        return None if not accept or accept == ANY else accept


@dataclass(frozen=True, slots=True)
class Response:
    """One answer."""

    status: int = 200
    body: bytes = b""
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


class Application(Protocol):
    """What a model server does; `load` comes first, and raises where the model cannot load."""

    def load(self) -> None: ...

    def invoke(self, request: Request) -> Response: ...

    def execution_parameters(self) -> Response | None:
        """What batch transform may ask before it starts; None where the container has no say."""
        ...


def with_charset(mimetype: str) -> str:
    """The Content-Type that AWS's Flask containers send for a mimetype."""
    textual = mimetype.startswith("text/") and "charset=" not in mimetype
    return f"{mimetype}; charset=utf-8" if textual else mimetype


def media_type(header: str) -> tuple[str, dict[str, str]]:
    """A Content-Type header's type and parameters, in lower case."""
    kind, *rest = (part.strip() for part in header.lower().split(";"))
    pairs = (part.partition("=") for part in rest if part)
    return kind, {name.strip(): value.strip().strip('"') for name, _, value in pairs}
