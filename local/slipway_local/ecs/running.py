"""The seam between ECS and whatever runs a task's containers for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Program:
    """One container of a task, ready to start.

    Where `entry_point` and `command` are empty, the image's own run. `mounts` are the task's
    volumes by the path where the container finds them; `ports` are those that it listens on at
    the task's `address`, and `reach` those of all containers of the task. `memory` is in bytes.
    """

    task: str
    name: str
    image: str
    entry_point: Sequence[str]
    command: Sequence[str]
    environment: Mapping[str, str]
    address: str
    memory: int
    ports: Sequence[int]
    reach: Sequence[int]
    folder: str | None
    mounts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Binding:
    """Where a port of a container is reached on this machine."""

    port: int
    host: str
    host_port: int


class Probe(Protocol):
    """A health check's command under way."""

    def code(self) -> int | None:
        """Its exit code, None until it has ended."""
        ...

    def kill(self) -> None:
        """End it; it took too long."""
        ...


class Run(Protocol):
    """A container on its way, or running. It goes on in the background."""

    def failure(self) -> str:
        """Why it could not be started, as `CannotPullContainerError: ...`; empty otherwise."""
        ...

    def began(self) -> bool:
        """Whether its process runs, or has run."""
        ...

    def code(self) -> int | None:
        """Its exit code, as a shell counts; None until it has ended."""
        ...

    def bindings(self) -> Sequence[Binding]:
        """Where its ports are, once it has begun."""
        ...

    def lines(self) -> Sequence[str]:
        """What it printed since this was last asked; once it has ended, the rest."""
        ...

    def memory(self) -> int:
        """The bytes of memory that its process takes."""
        ...

    def probe(self, words: Sequence[str]) -> Probe:
        """Run a command beside the process, in its environment."""
        ...

    def terminate(self) -> None:
        """Ask the process to end: SIGTERM. Before it began, it never will."""
        ...

    def kill(self) -> None:
        """End the process and all that it started."""
        ...


class Runner(Protocol):
    """Runs containers; returns at once."""

    def address(self) -> str:
        """An address for a new task."""
        ...

    def run(self, program: Program) -> Run: ...

    def discard(self, task: str) -> None:
        """Forget what a task that has ended left: its folders, its volumes."""
        ...
