"""The seam between SageMaker's control plane and whatever runs a model for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Container:
    """One container of a model, as CreateModel described it.

    A `multi_model` one serves all models under its URL; with `caching` they stay loaded. An
    `isolated` one reaches no network. `memory` is its instance's, in bytes; 0 where none is known.
    """

    image: str
    model_data_url: str | None
    environment: Mapping[str, str]
    hostname: str | None = None
    multi_model: bool = False
    caching: bool = True
    isolated: bool = False
    memory: int = 0


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


@dataclass(frozen=True, slots=True)
class Usage:
    """What a container takes: bytes of memory and of disk, and seconds of CPU since it started."""

    memory: int = 0
    disk: int = 0
    cpu: float = 0.0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(self.memory + other.memory, self.disk + other.disk, self.cpu + other.cpu)


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

    def execution_parameters(self, *, timeout: float) -> Reply:
        """GET /execution-parameters, which not every container has. Raises as `invoke`."""
        ...

    def usage(self) -> Usage:
        """What it takes now; nothing when it does not run."""
        ...

    def stop(self) -> None:
        """End the process and free what it holds. Calling it again does nothing."""
        ...


@runtime_checkable
class MultiModelServer(Server, Protocol):
    """A container that serves several models, each by its key under the model data URL.

    Its methods are the calls of the "Custom Containers Contract for Multi-Model Endpoints".
    """

    def load(self, target: str, *, timeout: float) -> Reply:
        """POST /models: 200 when the model is loaded now, 409 when it was before, 507 when there
        is no memory for it beside those that are loaded, else why not. `invoke` answers 507, too.
        Raises ServerGone, and after `timeout` seconds TimeoutError; loading then goes on."""
        ...

    def unload(self, target: str) -> Reply:
        """DELETE /models/{target}: 200, 404 when it is not loaded, 409 while it is being asked."""
        ...

    def loaded(self) -> Sequence[str]:
        """GET /models: the targets, the one asked least recently first."""
        ...

    def downloaded(self, target: str) -> float:
        """How many seconds it took to fetch the target that is loaded."""
        ...


class Launcher(Protocol):
    """Starts containers; returns at once."""

    def launch(self, container: Container) -> Server: ...


class ServerGone(Exception):
    """The server's process is not there any more."""
