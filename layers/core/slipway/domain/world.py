"""The world: everything observed about a deployment at one moment."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from slipway.domain.alarms import Sighting
from slipway.domain.batch import NO_RUNS, Arrived, Job, Runs
from slipway.domain.desired import Artifact, Desired, Use
from slipway.domain.footprint import Footprint
from slipway.domain.known import NOTHING, Known
from slipway.domain.probed import UNPROBED, Probes
from slipway.domain.progress import Progress
from slipway.domain.remedy import Remedied
from slipway.domain.scaling import UNSCALED, Scaling
from slipway.domain.task import NO_TASKS, Sight, Tasks
from slipway.domain.trouble import Trouble
from slipway.domain.watch import UNWATCHED, Watch


@dataclass(frozen=True, slots=True)
class Inspected:
    """What InspectArtifact found out about one artifact, and how it runs on `instance_type`.

    `refused` says why the artifact may not be used at all. `image` is the image it chose;
    without one, `no_image` says why and what would help. `script` names the default inference
    script the image needs and `script_key` where it is kept; `features` is the width of a numeric
    row, where the file tells it and the image's own decoder would read one; `known` is what the
    file tells of what it is asked and answers, whoever reads the requests; `waits` is what a
    person must have seen before the version is approved, "" for most; `fetched` are the
    requirements of its script that only a package index has.
    """

    artifact: Artifact
    instance_type: str = "ml.m5.large"
    sha256: str = ""
    summary: str = ""
    refused: str | None = None
    image: str | None = None
    no_image: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    script: str | None = None
    script_key: str = ""
    features: int | None = None
    known: Known = NOTHING
    fetched: tuple[str, ...] = ()
    waits: str = ""
    findings: tuple[str, ...] = ()

    def is_of_the_same(self, other: "Inspected") -> bool:
        """Whether it is about the same bytes in the same use."""
        return (self.artifact, self.instance_type) == (other.artifact, other.instance_type)


def read(desired: Desired, inspected: Iterable[Inspected]) -> dict[Use, Inspected]:
    """What was found out about what is wanted now, by how it is used."""
    known: dict[tuple[Artifact | None, str], Inspected] = {
        (found.artifact, found.instance_type): found for found in inspected
    }
    found = ((use, known.get(_sought(desired, use))) for use in desired.policy.uses)
    return {use: inspected for use, inspected in found if inspected}


def unread(desired: Desired, inspected: Iterable[Inspected]) -> Use | None:
    """The first part that was uploaded and has not been inspected as it is wanted."""
    known = read(desired, inspected)
    uses = (use for use in desired.policy.uses if use.part in desired.parts)
    return next((use for use in uses if use not in known), None)


def waits(desired: Desired, inspected: Iterable[Inspected]) -> str:
    """What only a person may approve of what is wanted, "" for most."""
    return "; ".join(found.waits for found in read(desired, inspected).values() if found.waits)


def _sought(desired: Desired, use: Use) -> tuple[Artifact | None, str]:
    return desired.parts.get(use.part), use.instance_type


def known_of(chain: Sequence[Inspected]) -> Known:
    """What files tell of containers that answer one after the other: the first is asked, and the
    last answers."""
    if not chain:
        return NOTHING
    first, last = chain[0].known, chain[-1].known
    return replace(last, features=first.features, names=first.names)


class PackageApproval(StrEnum):
    APPROVED = "Approved"
    REJECTED = "Rejected"
    PENDING = "PendingManualApproval"


@dataclass(frozen=True, slots=True)
class Package:
    """A registered model version; `key` is the digest of what it was registered from, and `lost`
    how many versions of that somebody deleted."""

    key: str
    arn: str
    approval: PackageApproval = PackageApproval.PENDING
    lost: int = 0


class EndpointStatus(StrEnum):
    """As DescribeEndpoint spells them."""

    OUT_OF_SERVICE = "OutOfService"
    CREATING = "Creating"
    UPDATING = "Updating"
    SYSTEM_UPDATING = "SystemUpdating"
    ROLLING_BACK = "RollingBack"
    IN_SERVICE = "InService"
    DELETING = "Deleting"
    FAILED = "Failed"
    UPDATE_ROLLBACK_FAILED = "UpdateRollbackFailed"


IN_MOTION = frozenset(
    {
        EndpointStatus.CREATING,
        EndpointStatus.UPDATING,
        EndpointStatus.ROLLING_BACK,
        EndpointStatus.DELETING,
        # The platform patches the hosts; it takes no update, delete or rescale meanwhile.
        EndpointStatus.SYSTEM_UPDATING,
    }
)


class Kind(StrEnum):
    """How an endpoint is asked, and what it runs on."""

    REAL_TIME = "real-time"
    SERVERLESS = "serverless"
    ASYNCHRONOUS = "asynchronous"

    @classmethod
    def of(cls, *, serverless: bool, asynchronous: bool) -> "Kind":
        if serverless:
            return cls.SERVERLESS
        return cls.ASYNCHRONOUS if asynchronous else cls.REAL_TIME


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A live endpoint. `modified_at` is in epoch seconds; `pending` is true while a deployment
    is under way, whatever the status says. `weights` are those of its variants, as they were asked
    for last, and `counts` their instances, likewise."""

    name: str
    status: EndpointStatus
    config: str
    modified_at: float
    failure: str = ""
    pending: bool = False
    weights: Mapping[str, float] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    kind: Kind = Kind.REAL_TIME

    @property
    def in_motion(self) -> bool:
        # InService with a pending deployment is no rest either: the fleets are still swapping.
        return self.pending or self.status in IN_MOTION

    def serves(self, config: str) -> bool:
        return self.status == EndpointStatus.IN_SERVICE and self.config == config


@dataclass(frozen=True, slots=True)
class Baseline:
    """What BuildBaseline made of the uploaded data, in `folder`. `refused` says why nothing."""

    folder: str
    summary: str = ""
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Drift:
    """What the newest window showed, which was due at `hour`, under the given generation.

    `state` is the drift engine's word for it, `since` the first hour of a row of windows with
    violations ("" without any), which windows without enough data do not end, and `violations`
    how many the last of them has. `digest` is that of the findings; `at` is when somebody, in
    epoch seconds, set about telling people, and `told` whether they know.
    """

    generation: int
    hour: str
    state: str
    violations: int = 0
    since: str = ""
    digest: str = ""
    at: float = 0.0
    told: bool = False

    @property
    def violated(self) -> bool:
        """Whether the window has violations."""
        return self.state == "violations"

    @property
    def judged(self) -> bool:
        """Whether there was data enough to judge."""
        return self.violated or self.state == "no drift"

    def says(self, other: "Drift") -> bool:
        """Whether it is the same window with the same findings."""
        return (self.hour, self.digest) == (other.hour, other.digest)


@dataclass(frozen=True, slots=True)
class World:
    """What Decide sees.

    `inspected` and `packages` are what is known of the parts and of the models made of them.
    `watch` is what watches the endpoint, and `watched` what was last made to.
    `alarms` are Slipway's own, as far as it made any, and those of the user's that are wanted;
    `remedied` is what was done about them. All this was seen `at` a moment, in epoch seconds, and
    a `minute` has so many of those.
    `unsettled` is true while a call of an earlier owner may still land. `missing` names what
    somebody deleted of what serves: "endpoint config" or "model"; `unpinned` what is gone of what
    the wanted version is made of; `revoked` are the released configs that nobody approves of any
    more, or not at this moment; `troubles` is what could not be done and has to wait. `host` is
    the endpoint that a model is behind, and `loader` the image and the environment that load it
    there. `progress` is how far a rollout by steps has come, to be judged in `judged_in` seconds.
    `awaited` is the config whose probes still wait in line at an asynchronous endpoint, and
    `scaling` what is registered for autoscaling. `runs` are those of a batch deployment, `job` is
    that of the one under way, `arrived` what waits for the next, and `withdrawn` are the configs
    that somebody rolled back from. `tasks` are those of any deployment, and `task` is how
    the one under way is seen. `footprints` are what releases left, `purged` says that versions and
    data were deleted as it was asked for, and `deleted` that people have been told so: what appears
    since is not ours.
    """

    inspected: tuple[Inspected, ...] = ()
    packages: tuple[Package, ...] = ()
    endpoint: Endpoint | None = None
    probes: Probes = UNPROBED
    baseline: Baseline | None = None
    watch: Watch = UNWATCHED
    watched: Watch = UNWATCHED
    alarms: tuple[Sighting, ...] = ()
    remedied: tuple[Remedied, ...] = ()
    at: float = 0.0
    minute: float = 60.0
    drift: Drift | None = None
    unsettled: bool = False
    missing: str = ""
    unpinned: str = ""
    host: Endpoint | None = None
    loader: tuple[str, Mapping[str, str]] | None = None
    revoked: frozenset[str] = frozenset()
    troubles: tuple[Trouble, ...] = ()
    awaited: str = ""
    scaling: Scaling = UNSCALED
    progress: Progress | None = None
    judged_in: float = 0.0
    footprints: tuple[Footprint, ...] = ()
    runs: Runs = NO_RUNS
    job: Job | None = None
    arrived: Arrived | None = None
    withdrawn: frozenset[str] = frozenset()
    tasks: Tasks = NO_TASKS
    task: Sight | None = None
    purged: bool = False
    deleted: bool = False
