"""All that the embedded ECS knows: the resources of one account in one region.

Whoever reads or changes an Account holds its `lock`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from threading import RLock
from typing import Any

from slipway_local.ecs.running import Probe, Run, Runner
from slipway_local.sagemaker.events import Event

Params = dict[str, Any]
Operation = Callable[["Account", Params], Params]
Operations = Mapping[str, Operation]
Printed = tuple[str, str, Sequence[str]]  # group, stream, lines

SOURCE = "aws.ecs"


@dataclass(slots=True)
class Cluster:
    """A cluster; `body` is how it was asked for."""

    name: str
    arn: str
    body: Params
    status: str = "ACTIVE"


@dataclass(slots=True)
class Definition:
    """A revision of a task definition; `body` is what describes it."""

    family: str
    revision: int
    arn: str
    body: Params
    status: str = "ACTIVE"


@dataclass(slots=True)
class Health:
    """What health checks have found so far; `due` is when the next one starts."""

    status: str = "UNKNOWN"
    failures: int = 0
    due: float = 0.0
    deadline: float = 0.0
    probe: Probe | None = None


@dataclass(slots=True)
class Container:
    """A container of a task; `definition` is its definition with the task's overrides."""

    arn: str
    definition: Params
    status: str = "PENDING"
    started: float | None = None
    stopping: float | None = None
    code: int | None = None
    reason: str | None = None
    run: Run | None = None
    health: Health = field(default_factory=Health)

    @property
    def name(self) -> str:
        return str(self.definition["name"])

    @property
    def essential(self) -> bool:
        return bool(self.definition["essential"])


@dataclass(slots=True)
class Task:
    """A task; `asked` is what RunTask was asked, `deployment` its service's deployment, which has
    `counted` how it ended."""

    id: str
    arn: str
    cluster: str
    definition: Definition
    asked: Params
    containers: Sequence[Container]
    address: str
    attachment: str
    interface: str
    created: float
    status: str = "PROVISIONING"
    desired: str = "RUNNING"
    version: int = 1
    began: float | None = None
    pulled: float | None = None
    started: float | None = None
    stopping: float | None = None
    execution_stopped: float | None = None
    stopped: float | None = None
    stop_code: str | None = None
    reason: str | None = None
    deployment: str | None = None
    counted: bool = False

    @property
    def group(self) -> str:
        return str(self.asked.get("group", f"family:{self.definition.family}"))

    @property
    def health(self) -> str:
        """UNHEALTHY if an essential container is, UNKNOWN while one that is checked is."""
        found = {
            each.health.status
            for each in self.containers
            if each.essential and "healthCheck" in each.definition
        }
        order = ("UNHEALTHY", "UNKNOWN", "HEALTHY")
        return next((status for status in order if status in found), "UNKNOWN")


@dataclass(slots=True)
class Deployment:
    """A rollout of a service from one revision of it, the `source`, to another; `asked` is what
    each of its tasks is asked to be, `outcome` the status of the service deployment."""

    id: str
    arn: str
    revision: str
    definition: Definition
    asked: Params
    source: str | None
    created: float
    updated: float
    status: str = "PRIMARY"
    state: str = "IN_PROGRESS"
    why: str = ""
    failed: int = 0
    outcome: str = "IN_PROGRESS"
    finished: float | None = None
    rollback: Params | None = None


@dataclass(slots=True)
class Service:
    """A service; `deployments` are all there were, the newest first. No task is started before
    `paused`."""

    name: str
    arn: str
    cluster: str
    body: Params
    created: float
    desired: int
    status: str = "ACTIVE"
    deployments: list[Deployment] = field(default_factory=list)
    events: list[Params] = field(default_factory=list)
    paused: float = 0.0
    steady: bool = False

    @property
    def primary(self) -> Deployment:
        return next(each for each in self.deployments if each.status == "PRIMARY")


@dataclass(slots=True)
class Account:
    """The state, and all that the service is handed of the world.

    `second` is how long one lasts here, but nobody waits for a process for less than `least`.
    `credentials(role, task)` are the variables by which a container acts in its role.
    """

    id: str
    region: str
    clock: Callable[[], float]
    random: Random
    runner: Runner
    has_role: Callable[[str], bool]
    has_group: Callable[[str], bool]
    secret: Callable[[str], str | None]
    credentials: Callable[[str | None, str], Mapping[str, str]]
    may: Callable[[str, str, str], bool]
    plug: Callable[[str, str, Params], None]
    unplug: Callable[[str], None]
    in_alarm: Callable[[str], bool]
    second: float = 1.0
    least: float = 0.0
    lock: RLock = field(default_factory=RLock)
    clusters: dict[str, Cluster] = field(default_factory=dict)
    definitions: dict[str, list[Definition]] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    tokens: dict[str, tuple[Params, Sequence[str]]] = field(default_factory=dict)
    tags: dict[str, list[Params]] = field(default_factory=dict)
    news: list[Event] = field(default_factory=list)
    printed: list[Printed] = field(default_factory=list)

    def arn(self, kind: str, *path: str) -> str:
        return f"arn:aws:ecs:{self.region}:{self.id}:{'/'.join((kind, *path))}"

    def patience(self, seconds: float) -> float:
        """How long to wait for a process, which starts and ends no faster for a scaled time."""
        return max(seconds * self.second, min(seconds, self.least))

    def fresh_id(self, digits: int = 32) -> str:
        """Hexadecimal digits that nothing else has."""
        return f"{self.random.getrandbits(digits * 4):0{digits}x}"

    def tell(self, kind: str, detail: Mapping[str, Any], arn: str) -> None:
        """Put an event on the bus, once the lock is released."""
        self.news.append(
            Event(Source=SOURCE, DetailType=kind, Detail=detail, Resources=[arn], Time=self.clock())
        )

    def take(self) -> tuple[list[Event], list[Printed]]:
        """What has not been handed out yet."""
        news, printed = self.news, self.printed
        self.news, self.printed = [], []
        return news, printed
