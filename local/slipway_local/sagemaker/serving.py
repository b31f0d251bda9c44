"""The seam between SageMaker's control plane and whatever runs a model for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Container:
    """One container of a model, as CreateModel described it."""

    image: str
    model_data_url: str | None
    environment: Mapping[str, str]
    hostname: str | None = None
    multi_model: bool = False


@dataclass(frozen=True, slots=True)
class Invocation:
    """What a container receives on POST /invocations."""

    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a container answers."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Health(Enum):
    """How a server is doing, as the platform's /ping sees it."""

    STARTING = "starting"
    READY = "ready"
    FAILED = "failed"


class Server(Protocol):
    """A started container. It starts in the background: `health` says how far it is."""

    def health(self) -> Health: ...

    def failure(self) -> str:
        """Why it failed, in one line a person understands; empty unless FAILED."""
        ...

    def invoke(self, invocation: Invocation, *, timeout: float) -> Reply:
        """Send one request. Raises ServerGone when the process died, TimeoutError after
        `timeout` seconds."""
        ...

    def stop(self) -> None:
        """End the process and free what it holds. Calling it again does nothing."""
        ...


class Launcher(Protocol):
    """Starts containers; returns at once."""

    def launch(self, container: Container) -> Server: ...


class ServerGone(Exception):
    """The server's process is not there any more."""
