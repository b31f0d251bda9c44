"""What batch deployments need of the world: files that arrive, transform jobs, and a timer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from slipway.domain.batch import Arrived, BatchTarget, Job, Timer, Transform
from slipway.domain.rows import Part, Rows, whole


@dataclass(frozen=True, slots=True)
class TransformJob:
    """A transform job to be made: the `model`, the URIs that it reads and writes, how it asks."""

    name: str
    model: str
    input: str
    output: str
    target: BatchTarget
    transform: Transform


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a run reads: the URI of a manifest file that lists it, the key of the list of all that
    had arrived when it was written, and how many objects it lists."""

    input: str
    seen: str
    objects: int
    first: str


class Batches(Protocol):
    """What is uploaded to batch deployments, and what their runs write, in the bucket."""

    def arrived(self, deployment: str, seen: str) -> Arrived | None:
        """What has arrived since the list at the key `seen` was written; "" for all there is."""
        ...

    def freeze(self, deployment: str, number: int, seen: str) -> Frozen | None:
        """Write down what has arrived, for the run of that number; None where nothing has."""
        ...

    def names(self, uri: str) -> list[str]:
        """The objects that a job reads at a URI, as they are called below it."""
        ...

    def top(self, uri: str) -> str:
        """The URI that they are below."""
        ...

    def written(self, uri: str) -> dict[str, int]:
        """The outputs below a URI, likewise, and how many bytes each has."""
        ...

    def rows(self, uri: str, names: Sequence[str], *, most: int, part: Part = whole) -> Rows | None:
        """The lines of the objects, or a part of each; None where they are more than `most`
        bytes."""
        ...

    def pairs(
        self, uri: str, output: str, *, rows: int, objects: int
    ) -> Iterable[tuple[list[str], list[str]]]:
        """The lines of the first objects with those of their outputs, at most so many `rows`
        together; of what has no output nothing."""
        ...

    def head(self, deployment: str, most: int, key: str = "") -> tuple[str, bytes] | None:
        """The first bytes of the object at `key` or, where that is not there, of the newest upload,
        and its key; None where nothing is there."""
        ...

    def keep(self, key: str, content: bytes) -> None:
        """Write an object, whatever was there."""
        ...

    def remove(self, uri: str) -> None:
        """Delete what is below a URI."""
        ...


class Transforms(Protocol):
    """Transform jobs."""

    def find(self, name: str) -> Job | None: ...

    def create(self, job: TransformJob) -> None:
        """Make the job, unless it is there. Raises Refused."""
        ...

    def stop(self, name: str) -> None:
        """Stop the job, unless it is over."""
        ...

    def told(self, name: str) -> list[str]:
        """What its logs say of the objects that failed, a line each."""
        ...


class Timers(Protocol):
    """Schedules by which runs are due."""

    def find(self, name: str) -> Timer | None:
        """The timer; of no expression where it is not as `put` makes it."""
        ...

    def put(self, timer: Timer) -> None:
        """Make the timer, or make the one of its name what it says."""
        ...

    def delete(self, name: str) -> None: ...
