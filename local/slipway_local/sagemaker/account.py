"""One account in one region: everything SageMaker remembers there, and what it reaches out to."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from threading import RLock
from typing import Any

from slipway_local.sagemaker import events
from slipway_local.sagemaker.batch.run import TransformRun
from slipway_local.sagemaker.captures import Captures
from slipway_local.sagemaker.events import Event
from slipway_local.sagemaker.fleets import Fleet
from slipway_local.sagemaker.jobs import ProcessingJob, Runner
from slipway_local.sagemaker.metrics import Datum
from slipway_local.sagemaker.rollouts import Rollout
from slipway_local.sagemaker.scalables import Activity, Place, Policy, Ringing, Target
from slipway_local.sagemaker.serving import Launcher

Params = dict[str, Any]
_SLACK = 1e-6  # hours that rounding may cost


@dataclass(frozen=True, slots=True)
class Durations:
    """How long the service takes over things, in seconds of its own clock.

    `rescaling` is how long new weights and instance counts take to be in force.

    `config_visible` is how long a fresh endpoint configuration stays unknown to CreateEndpoint
    and UpdateEndpoint. `health_check` is how long a container may take to answer its health
    check when its variant does not say. `reason_kept` is how long DescribeEndpoint shows why an
    update was rolled back; at 0 the rollback is silent. `capturing` is how long captured requests
    are collected before they are written to S3. `hour` is how long an hour of a monitoring schedule
    lasts, and `monitoring` how long after it the schedule's execution starts: what was captured
    must be in S3 by then. `second` is how long a second of a scaling policy's cooldown, or of an
    update's waits, lasts, and `measuring` the time between two looks at what instances use.
    """

    creating: float = 0.0
    updating: float = 0.0
    rescaling: float = 0.0
    rolling_back: float = 0.0
    deleting: float = 0.0
    config_visible: float = 0.0
    health_check: float = 600.0
    reason_kept: float = float("inf")
    capturing: float = 60.0
    hour: float = 3600.0
    monitoring: float = 120.0
    second: float = 1.0
    measuring: float = float("inf")


@dataclass(frozen=True, slots=True)
class Resource:
    """A model, an endpoint configuration or a package group: written once, never changed."""

    name: str
    arn: str
    created: float
    body: Mapping[str, Any]


@dataclass(slots=True)
class Package:
    """A model package; `body` holds the members that callers set."""

    arn: str
    created: float
    body: Params
    group: Resource | None = None
    version: int | None = None
    modified: float | None = None


@dataclass(slots=True)
class Deployment:
    """A new fleet on its way behind an endpoint. `share` of the requests reach it by now.

    `restored` is the old fleet's replacement while a rolling update is rolled back.
    """

    fleet: Fleet
    started: float
    rollout: Rollout
    stage: str = "Creating"
    message: str = "Creating inference resources for the production variant."
    taken: int = 0
    share: float = 0.0
    restored: Fleet | None = None


@dataclass(slots=True)
class Endpoint:
    """An endpoint: what serves (`fleet`) and what is on its way (`pending`).

    `due` is when the present status may end; it means nothing for a status that lasts. After a
    rollback that failed, `mixed` is the newer fleet that goes on serving `mixed_share`.
    """

    name: str
    arn: str
    config_name: str
    created: float
    modified: float
    status: str
    due: float
    fleet: Fleet | None = None
    pending: Deployment | None = None
    mixed: Fleet | None = None
    mixed_share: float = 0.0
    failure: str | None = None
    failed: float = 0.0
    deployment_config: Params | None = None

    def fleets(self) -> list[Fleet]:
        """All that runs for this endpoint, serving or not yet."""
        pending = (self.pending.fleet, self.pending.restored) if self.pending else ()
        return [fleet for fleet in (self.fleet, *pending, self.mixed) if fleet is not None]

    def instances(self, kind: str) -> int:
        """How many instances of a type it takes: a rolling update gives old ones up as it goes."""
        counts = [fleet.instances(kind) for fleet in self.fleets()]
        rolling = self.pending is not None and self.pending.rollout.rolling
        return max(counts, default=0) if rolling else sum(counts)

    def serving(self, random: Random) -> Fleet | None:
        """The fleet that takes the next request; None when none does."""
        newer, share = self.mixed, self.mixed_share
        if self.pending is not None and self.pending.share:
            newer, share = self.pending.fleet, self.pending.share
        if newer is not None and (share == 1.0 or random.random() < share):
            return newer
        return self.fleet


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request that an asynchronous endpoint has not begun; `config` is its OutputConfig."""

    id: str
    endpoint: str
    params: Mapping[str, Any]
    config: Mapping[str, Any]
    received: float
    expires: float
    output: str
    failure: str | None


@dataclass(slots=True)
class Schedule:
    """A monitoring schedule; `config` is its MonitoringScheduleConfig, `due` its next execution's
    scheduled time, None where none will come. `wanted` is the status that it is about to take."""

    name: str
    arn: str
    created: float
    modified: float
    config: Mapping[str, Any]
    kind: str
    endpoint: str
    wanted: str = "Scheduled"
    status: str = "Pending"
    due: float | None = None


@dataclass(slots=True)
class TransformJob:
    """A transform job; `body` is how it was asked for, `instance` what its logs call its place.
    Without a `run` it is one of the process before."""

    name: str
    arn: str
    created: float
    modified: float
    body: Mapping[str, Any]
    instance: str
    run: TransformRun | None = None
    status: str = "InProgress"
    started: float | None = None
    ended: float | None = None
    failure: str | None = None


@dataclass(slots=True)
class Execution:
    """One run of a monitoring schedule over what was captured from `start` until `end`."""

    schedule: Schedule
    config: Mapping[str, Any]
    scheduled: float
    start: float
    end: float
    due: float
    created: float
    modified: float
    status: str = "Pending"
    job: ProcessingJob | None = None
    failure: str | None = None


@dataclass(slots=True)
class Account:
    """The state that operations read and change, under the one lock."""

    id: str
    region: str
    clock: Callable[[], float]
    launcher: Launcher
    durations: Durations
    quotas: Mapping[str, int]
    random: Random
    in_alarm: Callable[[str], bool]
    has_object: Callable[[str], bool]
    has_role: Callable[[str], bool]
    image_trouble: Callable[[str], str]
    runner: Runner
    find_objects: Callable[[str], Sequence[str]]
    read_object: Callable[[str], bytes]
    object_kind: Callable[[str], str]
    put_object: Callable[..., None]
    put_log: Callable[[str, str, Sequence[str]], None]
    publish: Callable[[str, str], None]
    background: Callable[[Callable[[], None]], None]
    put_alarm: Callable[[Mapping[str, Any]], None]
    delete_alarm: Callable[[str], None]
    ringing: Callable[[str], Sequence[Ringing]]
    lock: RLock = field(default_factory=RLock)
    models: dict[str, Resource] = field(default_factory=dict)
    configs: dict[str, Resource] = field(default_factory=dict)
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    moving: dict[str, Endpoint] = field(default_factory=dict)
    groups: dict[str, Resource] = field(default_factory=dict)
    packages: dict[str, Package] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, tuple[str, Params]] = field(default_factory=dict)
    jobs: dict[str, ProcessingJob] = field(default_factory=dict)
    transforms: dict[str, TransformJob] = field(default_factory=dict)
    definitions: dict[str, Resource] = field(default_factory=dict)
    schedules: dict[str, Schedule] = field(default_factory=dict)
    executions: list[Execution] = field(default_factory=list)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    metrics: list[Datum] = field(default_factory=list)
    captures: Captures = field(default_factory=Captures)
    waiting: list[Waiting] = field(default_factory=list)
    running: Counter[str] = field(default_factory=Counter)
    targets: dict[Place, Target] = field(default_factory=dict)
    policies: dict[tuple[Place, str], Policy] = field(default_factory=dict)
    activities: list[Activity] = field(default_factory=list)
    measured: float = 0.0
    worked: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)

    def arn(self, kind: str, name: str) -> str:
        """SageMaker writes ARNs in lower case, whatever the name's case."""
        return f"arn:aws:sagemaker:{self.region}:{self.id}:{kind}/{name.lower()}"

    def hour_of(self, time: float) -> int:
        """The number of the hour, as long as hours are here, that a time is in."""
        return int(time / self.durations.hour + _SLACK)

    def tell(self, subject: str, detail: Mapping[str, Any], arn: str) -> None:
        """Queue an event; the service delivers it when its lock is free."""
        self.events.append(events.event(subject, detail, arn, self.clock()))

    def take(self) -> tuple[list[Event], list[Datum]]:
        """What waits to be handed out, each event and datum once."""
        with self.lock:
            events, metrics = self.events, self.metrics
            self.events, self.metrics = [], []
        return events, metrics

    def tag(self, arn: str, tags: Iterable[Mapping[str, str]]) -> None:
        self.tags.setdefault(arn, {}).update({tag["Key"]: tag["Value"] for tag in tags})
