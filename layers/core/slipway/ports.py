"""What a release needs of the world. Adapters implement these; tests bring fakes of their own."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from slipway.batch_ports import Batches, Timers, Transforms
from slipway.domain.desired import ONLY, Artifact, Policy, Runner, Uploads
from slipway.domain.footprint import Footprint
from slipway.domain.naming import Site
from slipway.domain.plan.endpoint import Plan
from slipway.domain.plan.model import Model
from slipway.domain.record import Record
from slipway.domain.rollout import Guarded
from slipway.domain.steps import Announce
from slipway.domain.world import Endpoint, PackageApproval
from slipway.task_ports import Fargate
from slipway.watch_ports import (
    Alarms,
    Checks,
    Measurements,
    Monitored,
    Scalings,
    Schedules,
    Traffic,
)


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of a deployment's time line. `at` is in epoch seconds.

    `release` is the execution whose deed it is, "" for none, and `number` counts a deployment's
    releases from one.
    """

    at: float
    release: str
    what: str
    why: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class Request:
    """What an endpoint is asked; without `accept` the reply may be of any type."""

    body: bytes
    content_type: str
    accept: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What an endpoint answered, and after how many seconds."""

    status: int
    content_type: str
    body: bytes
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class InBucket:
    """The keys where the answer to a request will be that waits in line, or its failure."""

    output: str
    failure: str


class Ledger(Protocol):
    """Desired states, owners, waits, attempts and outcomes."""

    def deployments(self) -> list[str]:
        """The deployments that are remembered, sorted."""
        ...

    def load(self, deployment: str) -> Record:
        """The record; an empty one of version 0 for a deployment nobody knows yet."""
        ...

    def save(self, record: Record) -> Record:
        """Write the record if its version is still the stored one; the saved record, one version
        on. Raises Conflict when somebody else wrote first."""
        ...

    def note(self, deployment: str, moment: Moment) -> None: ...

    def history(self, deployment: str) -> list[Moment]:
        """The time line, oldest first."""
        ...

    def forget(self, record: Record, at: float) -> None:
        """Delete the time line and, some time after `at`, what is left of the record, unless
        somebody writes to it."""
        ...


class Uploaded(Protocol):
    """The bucket users upload to."""

    def deployments(self) -> list[str]:
        """The deployments that have a folder."""
        ...

    def newest(
        self,
        deployment: str,
        parts: Collection[str] = (ONLY,),
        arrived: Collection[Artifact] = (),
    ) -> Uploads:
        """What was finished last, as S3 lists it or events told that it `arrived`. Of the part
        without a name that is any archive's last version."""
        ...

    def members(self, deployment: str) -> list[str]:
        """The models that are uploaded to be behind its endpoint."""
        ...

    def manifest(self, deployment: str, version: str) -> bytes: ...

    def read(self, artifact: Artifact) -> Iterable[bytes]:
        """The artifact's bytes in chunks; exactly this version of it. Raises Refused when it is
        gone."""
        ...

    def pin(self, artifact: Artifact, key: str) -> None:
        """Copy exactly this version to `key`, unless `key` holds it already. Raises Refused when
        it is gone."""
        ...

    def put(self, key: str, content: bytes) -> None:
        """Write `content` to `key`, unless something is there already."""
        ...

    def remove(self, prefix: str, before: float) -> None:
        """Delete all versions of everything below `prefix` that are older than `before`, in whole
        epoch seconds, as S3 has them."""
        ...

    def holds(self, key: str) -> bool:
        """Whether something is there at `key`."""
        ...

    def written(self, key: str) -> tuple[str, bytes] | None:
        """The type and the bytes of what is there at `key`. Raises Refused above 64 MiB."""
        ...


class Registry(Protocol):
    """The model registry."""

    def register(
        self, group: str, model: Model, *, approved: bool, description: str, token: str
    ) -> str:
        """Make a version in the group; its ARN. Repeating `token` makes nothing new."""
        ...

    def approve(self, arn: str, reason: str) -> None: ...

    def approval(self, arn: str, model: Model) -> PackageApproval | None:
        """The version's approval; None when it is gone, or not what the model is made of."""
        ...

    def purge(self, group: str) -> None:
        """Delete the group and every version in it, unless they are gone."""
        ...


class Endpoints(Protocol):
    """Models, endpoint configs and endpoints. Raises the errors of domain.errors."""

    def describe(self, name: str) -> Endpoint | None: ...

    def has_config(self, name: str) -> bool: ...

    def has_model(self, name: str) -> bool: ...

    def missing(self, config: str) -> str:
        """What is gone of a config that serves: "endpoint config" or "model"; "" for nothing."""
        ...

    def prepare(self, plan: Plan, packages: Mapping[str, str]) -> None:
        """Make the plan's models, each of the package at its name, and its config, unless they are
        there."""
        ...

    def create(self, name: str, config: str) -> None: ...

    def update(self, name: str, config: str, guarded: Guarded | None = None) -> None:
        """Move the endpoint to `config`, at once or `guarded`; autoscaled counts stay unless the
        config changes them."""
        ...

    def scale(self, name: str, counts: Mapping[str, int]) -> None:
        """Change how many instances its variants have, in place."""
        ...

    def shift(self, name: str, weights: Mapping[str, float]) -> None:
        """Change the traffic of its variants, in place."""
        ...

    def delete(self, name: str) -> None: ...

    def discard(self, footprint: Footprint) -> None:
        """Delete the config, then its models, unless they are gone."""
        ...

    def invoke(self, name: str, request: Request, variant: str = "", model: str = "") -> Reply:
        """Ask the endpoint, or one variant of it, or one model of many; also that it fails, or
        does not answer within 60 seconds, is a reply."""
        ...

    def submit(self, name: str, request: Request, location: str, seconds: int) -> InBucket:
        """Let a request whose body is at `location`, a URI, wait in line at an asynchronous
        endpoint, for so many seconds at most."""
        ...


class Executions(Protocol):
    """Releases as executions of the state machine."""

    def start(self, deployment: str, name: str) -> None:
        """Start a release, unless one of that name is running: the name of one that has ended is
        taken by none, and another is found."""
        ...

    def is_running(self, execution: str) -> bool: ...

    def wake(self, token: str) -> bool:
        """Wake the release that sleeps on `token`; False when nobody does any more."""
        ...


class Announcements(Protocol):
    """Where people are told, and other systems."""

    def tell(self, deployment: str, announce: Announce) -> None: ...

    def tell_news(self, deployment: str, what: str, subject: str, message: str) -> None:
        """Tell what is no verdict on a release: `what` it is, in a word to filter by."""
        ...


class Bus(Protocol):
    """Where other systems hear of what happened."""

    def put(self, detail_type: str, detail: Mapping[str, object]) -> None: ...


class Logs(Protocol):
    """What containers print."""

    def delete(self, endpoint: str) -> None:
        """Delete all that the endpoint's ever printed, if it did."""
        ...


class Starts(Protocol):
    """What alarms may start."""

    def start(self, name: str, token: str, document: Mapping[str, object]) -> None:
        """Start what goes by the name, with a document, once for a token. Raises Refused where
        the installation does not allow it."""
        ...


ParseManifest = Callable[[bytes], Policy]


@dataclass(frozen=True, slots=True)
class Ports:
    """The world as one release step sees it."""

    site: Site
    ledger: Ledger
    uploaded: Uploaded
    registry: Registry
    endpoints: Endpoints
    executions: Executions
    announcements: Announcements
    schedules: Mapping[Runner, Schedules]
    alarms: Alarms
    scalings: Scalings
    checks: Checks
    monitored: Monitored
    measurements: Measurements
    traffic: Traffic
    bus: Bus
    starts: Starts
    batches: Batches
    transforms: Transforms
    timers: Timers
    fargate: Fargate
    logs: Logs
    parse_manifest: ParseManifest
    default_policy: Policy
    clock: Callable[[], float]
    minute: float = 60.0  # how many seconds of `clock` a minute is that somebody waits
    trusted: tuple[str, ...] = ()  # modules whose classes an artifact's pickles may have
