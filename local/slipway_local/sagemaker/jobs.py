"""The seam between processing jobs and whatever runs them, and a job's own state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Source:
    """An input: the objects under `url` go to `local_path` of the container.

    With `manifest` the object at `url` names them; with `chosen` only those URLs are taken.
    """

    url: str
    local_path: str
    manifest: bool = False
    chosen: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Sink:
    """An output: the files under `local_path` go to `url`, `continuous`ly or at the end."""

    url: str
    local_path: str
    continuous: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """What a processing job runs. `config` is what its container finds written down about it."""

    name: str
    image: str
    command: Sequence[str]
    environment: Mapping[str, str]
    sources: Sequence[Source]
    sinks: Sequence[Sink]
    config: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ending:
    """How a job ended: its exit code, what it said, and the metrics it left.

    With a `failure` it never ran; the text is for the job's FailureReason. Of the metrics each is
    one datum as PutMetricData takes it.
    """

    code: int = 0
    message: str = ""
    failure: str = ""
    metrics: Sequence[Mapping[str, Any]] = ()


class Run(Protocol):
    """A started job. It goes on in the background."""

    def began(self) -> bool:
        """Whether its container runs, or has run."""
        ...

    def ending(self) -> Ending | None:
        """How it ended; None until then."""
        ...

    def stop(self) -> None:
        """Have it end; returns at once. Calling it again does nothing."""
        ...


class Runner(Protocol):
    """Runs jobs; returns at once."""

    def run(self, job: Job) -> Run: ...


@dataclass(slots=True)
class ProcessingJob:
    """A processing job; `body` is how it was asked for, `schedule` the ARN of who asked."""

    name: str
    arn: str
    created: float
    modified: float
    body: Mapping[str, Any]
    run: Run
    schedule: str | None = None
    status: str = "InProgress"
    started: float | None = None
    ended: float | None = None
    message: str | None = None
    failure: str | None = None
