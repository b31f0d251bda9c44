"""Batch deployments: models that answer files instead of requests, and each run of theirs.

A run's identity is what it is due for: a schedule's moment, what has arrived, or a wish. It is
written on the record before its job is made, and the job's name follows from it, so that a run is
made once, however often it is asked for.

due ──begun──► the job runs ──► ended ──► told
                    └── for a reason of the service's ──► begun once more
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

KEPT = 50  # runs that are remembered
MOST_DUE = 20  # that wait for the one before them
TRIES = 3
MANIFEST = ".manifest"  # what the names of files that list objects end in
# What SageMaker says of failures that are its own. Source: "Troubleshooting", and the words of
# FailureReason of jobs.
TRANSIENT = ("internalservererror", "internal server error", "capacityerror", "throttl")


class Split(StrEnum):
    """How an object is cut into records, as SageMaker spells it."""

    NONE = "None"
    LINE = "Line"
    RECORD_IO = "RecordIO"
    TF_RECORD = "TFRecord"


class Strategy(StrEnum):
    """Whether a request has one record or as many as fit, as SageMaker spells it."""

    MULTI_RECORD = "MultiRecord"
    SINGLE_RECORD = "SingleRecord"


class Inputs(StrEnum):
    """What a scheduled run reads: what has arrived since the run before, or all there is."""

    NEW = "new"
    ALL = "all"


class Keep(StrEnum):
    """What becomes of the outputs of a run of which some objects failed."""

    SUCCEEDED = "succeeded"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class BatchTarget:
    """The instances of a transform job. What is kept of it says by its `type` that it is no
    endpoint's."""

    instance_type: str = "ml.m5.large"
    instance_count: int = 1
    type: Literal["batch"] = "batch"

    @property
    def words(self) -> str:
        """What a person calls it."""
        return f"batch, {self.instance_count} of {self.instance_type}"


@dataclass(frozen=True, slots=True)
class Transform:
    """How a job asks its containers; what is None is left to SageMaker, or follows from the first
    object's name. Times are in seconds."""

    content_type: str | None = None
    accept: str | None = None
    split: Split | None = None
    strategy: Strategy | None = None
    assemble: Split | None = None
    max_payload_mb: int | None = None
    max_concurrent: int | None = None
    compression: str | None = None
    input_filter: str | None = None
    join: str | None = None
    output_filter: str | None = None
    timeout: int | None = None
    retries: int | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """When a batch deployment runs, over what, and how. `expression` is EventBridge Scheduler's,
    in `time_zone`; "" for no schedule."""

    on_upload: bool = True
    expression: str = ""
    time_zone: str = "UTC"
    inputs: Inputs = Inputs.NEW
    keep: Keep = Keep.SUCCEEDED
    transform: Transform = Transform()


@dataclass(frozen=True, slots=True)
class Timer:
    """The schedule by which a deployment's runs are due."""

    name: str
    deployment: str
    expression: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Due:
    """Why a run is due: `id` tells it from all others, and `input` is the URI of an object, a
    prefix or a manifest file; "" for what has arrived."""

    id: str
    why: str
    input: str = ""


@dataclass(frozen=True, slots=True)
class Arrived:
    """What has arrived since the last run that looked: a digest of it, and how much it is."""

    id: str
    count: int
    first: str


class JobStatus(StrEnum):
    """As DescribeTransformJob spells them."""

    IN_PROGRESS = "InProgress"
    COMPLETED = "Completed"
    FAILED = "Failed"
    STOPPING = "Stopping"
    STOPPED = "Stopped"


@dataclass(frozen=True, slots=True)
class Job:
    """A transform job as it is found; its instances worked from the moment it `began` until it
    `ended`, in epoch seconds, 0 where that is not yet."""

    status: JobStatus
    failure: str = ""
    ended: float = 0.0
    began: float = 0.0

    @property
    def is_over(self) -> bool:
        return self.status in (JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.STOPPED)

    @property
    def seconds(self) -> float:
        """What is billed of each instance."""
        return self.ended - self.began if self.began and self.ended else 0.0

    @property
    def is_transient(self) -> bool:
        """Whether it failed by a fault of the service's, so that it may be tried again."""
        said = self.failure.lower()
        return self.status == JobStatus.FAILED and any(words in said for words in TRANSIENT)


@dataclass(frozen=True, slots=True)
class Run:
    """One run: which version read what, and what came of it.

    `config` is the version, `input` and `output` are URIs, `seen` is the key of the list of all
    that had arrived when it began, which later runs are held against, and `first` the name of one
    of its `objects`. `status` is its job's, None while it runs; `rows_in` and `rows_out` are None
    where nobody counted them. Times are in epoch seconds; `billed` are those of all instances of
    all its jobs together.
    """

    number: int
    due: Due
    config: str
    version: str
    job: str
    input: str
    output: str
    seen: str
    first: str
    objects: int
    at: float
    attempt: int = 1
    status: JobStatus | None = None
    reason: str = ""
    rows_in: int | None = None
    rows_out: int | None = None
    ended: float = 0.0
    told: bool = False
    billed: float = 0.0

    @property
    def is_over(self) -> bool:
        return self.status is not None

    @property
    def words(self) -> str:
        """How it stands, in words."""
        return f"{self.status or JobStatus.IN_PROGRESS}: {self.reason}".removesuffix(": ")


@dataclass(frozen=True, slots=True)
class Runs:
    """The last runs, newest first, and those that are due and have not begun."""

    last: tuple[Run, ...] = ()
    due: tuple[Due, ...] = ()

    @property
    def newest(self) -> Run | None:
        return self.last[0] if self.last else None

    @property
    def going(self) -> Run | None:
        """The run that is under way, or that nobody has been told of yet."""
        newest = self.newest
        return newest if newest and not newest.told else None

    @property
    def seen(self) -> str:
        """The list of what had arrived when somebody looked last; "" for never."""
        return next((run.seen for run in self.last if run.seen), "")

    @property
    def number(self) -> int:
        """What the next run is called."""
        return self.newest.number + 1 if self.newest else 1

    def knows(self, due: Due) -> bool:
        """Whether it was asked for before."""
        return due.id in {each.id for each in (*self.due, *(run.due for run in self.last))}

    def wanting(self, due: Due) -> "Runs":
        """The runs with one more that is due; to be asked for it again is no other one."""
        if self.knows(due) or len(self.due) >= MOST_DUE:
            return self
        return replace(self, due=(*self.due, due))

    def without(self, due: Due) -> "Runs":
        """The runs without one that was due."""
        return replace(self, due=tuple(each for each in self.due if each.id != due.id))

    def having(self, run: Run) -> "Runs":
        """The runs with one that has begun, or as it stands now."""
        others = (each for each in self.last if each.number != run.number)
        return replace(self.without(run.due), last=(run, *others)[:KEPT])


NO_RUNS = Runs()


def is_list(uri: str) -> bool:
    """Whether an input is a manifest file, which lists objects."""
    return uri.endswith(MANIFEST)


def missing(inputs: Iterable[str], outputs: Iterable[str]) -> list[str]:
    """The inputs, by their names below what a job reads, that it wrote no output of."""
    written = {name.removesuffix(".out") for name in outputs}
    return [name for name in inputs if name not in written]
