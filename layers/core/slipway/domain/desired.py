"""What a user wants of a deployment: the newest artifact under a policy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from slipway.domain.batch import Batch, BatchTarget
from slipway.domain.naming import member_of
from slipway.domain.remedy import AlarmPolicy
from slipway.domain.rollout import Plain, Rollout
from slipway.domain.scaling import Autoscaling
from slipway.domain.task import TaskPolicy
from slipway.domain.wish import Delete, Wish


@dataclass(frozen=True, slots=True)
class Artifact:
    """One version of one uploaded object, a model or data.

    `uploaded_at`, in epoch seconds, is when its upload was finished or, where no event told, when
    it began: the version is the same.
    """

    bucket: str
    key: str
    version_id: str
    uploaded_at: float = field(compare=False)
    size: int

    @property
    def uri(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


class Approval(StrEnum):
    AUTOMATIC = "automatic"
    MANUAL = "manual"


ONLY = ""  # the part of a deployment that has no other
VARIANT = "AllTraffic"  # likewise


class RoutingStrategy(StrEnum):
    """Which of its instances an endpoint sends a request to, as SageMaker spells it."""

    LEAST_OUTSTANDING_REQUESTS = "LEAST_OUTSTANDING_REQUESTS"
    RANDOM = "RANDOM"


@dataclass(frozen=True, slots=True)
class Asynchronous:
    """Requests that wait in line, and answers that are written to the bucket: to the folder
    `output`, and to `failure` what could not be answered. Each is told at a topic, if there is
    one."""

    output: str = "output"
    failure: str = "failure"
    success_topic: str | None = None
    error_topic: str | None = None
    max_concurrent_per_instance: int | None = None


@dataclass(frozen=True, slots=True)
class EndpointTarget:
    """The instances of an endpoint, a real-time one unless it is `asynchronous`.

    What is None is left to SageMaker, but for the time-outs of a large model, which are chosen
    from its size.
    """

    instance_type: str = "ml.m5.large"
    instance_count: int = 1
    volume_size_in_gb: int | None = None
    model_data_download_timeout_in_seconds: int | None = None
    container_startup_health_check_timeout_in_seconds: int | None = None
    routing_strategy: RoutingStrategy | None = None
    inference_ami_version: str | None = None
    asynchronous: Asynchronous | None = None

    @property
    def words(self) -> str:
        """What a person calls it."""
        way = ", asynchronous" if self.asynchronous else ""
        return f"{self.instance_count} of {self.instance_type}{way}"


@dataclass(frozen=True, slots=True)
class ServerlessTarget:
    """Containers that are there while they are asked. `provisioned_concurrency` of
    `max_concurrency` are always."""

    memory_size_in_mb: int = 2048
    max_concurrency: int = 20
    provisioned_concurrency: int | None = None

    @property
    def instance_type(self) -> str:
        """What an image is chosen for: any that has no GPU."""
        return EndpointTarget().instance_type

    @property
    def words(self) -> str:
        """What a person calls it."""
        return f"serverless, {self.memory_size_in_mb} MB, {self.max_concurrency} at once"


Target = EndpointTarget | ServerlessTarget | BatchTarget


@dataclass(frozen=True, slots=True)
class ContainerPolicy:
    """A container that serves one part; what it does not say the deployment's policy does."""

    part: str = ONLY
    image: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VariantPolicy:
    """A share of an endpoint's traffic, and the containers that answer it, one after the other.

    Its traffic is its `weight` among the weights of all. Without a `target` of its own it runs as
    the deployment's policy says. A `shadow` answers nobody: it sees that many of 100 requests.
    """

    name: str = VARIANT
    weight: float = 1.0
    target: Target | None = None
    containers: tuple[ContainerPolicy, ...] = (ContainerPolicy(),)
    autoscaling: Autoscaling | None = None
    shadow: int | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """A part, and the instance type that a container shall run it on."""

    part: str
    instance_type: str


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must hold of a probe's reply.

    `columns` counts the values of a CSV reply's first row; `path` is a path such as
    `$.predictions[0].score`; `between` bounds the number at `path`, or every CSV value.
    """

    status: int = 200
    columns: int | None = None
    path: str | None = None
    between: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class ProbeRequest:
    """A golden request, sent to an endpoint before its release is called good.

    `within` is in seconds; without it several times what the version before took.
    """

    body: str
    content_type: str = "text/csv"
    accept: str | None = None
    expect: Expectation = field(default_factory=Expectation)
    within: float | None = None


class OnChange(StrEnum):
    """What it does to a release that a version is asked or answers something else than the one
    before: people are told, or it is held before anything is deployed."""

    NOTIFY = "notify"
    HOLD = "hold"


class OnViolation(StrEnum):
    """What drift does to a deployment: people are told, or it also counts as held."""

    NOTIFY = "notify"
    HOLD = "hold"


class Runner(StrEnum):
    """Who checks for drift: Slipway's own functions, or SageMaker Model Monitor."""

    LAMBDA = "lambda"
    SAGEMAKER = "sagemaker"


class MissingData(StrEnum):
    """What an alarm makes of a window without data, as CloudWatch spells it."""

    MISSING = "missing"
    IGNORE = "ignore"
    BREACHING = "breaching"
    NOT_BREACHING = "notBreaching"


@dataclass(frozen=True, slots=True)
class Monitor:
    """How what an endpoint is asked is held against the uploaded baseline data.

    `every` is in hours. `header` says whether a CSV's first row names its columns, `outputs` which
    of them are the model's answers: first, last, none, or names; nothing finds them. `thresholds`
    go into the baseline's monitoring_config, under its names; `limits` are those of Slipway's
    own checks.
    """

    every: int = 1
    on_violation: OnViolation = OnViolation.NOTIFY
    runner: Runner = Runner.LAMBDA
    header: bool = True
    outputs: tuple[str, ...] = ()
    missing_data: MissingData = MissingData.MISSING
    thresholds: Mapping[str, float | str] = field(default_factory=dict)
    limits: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """How a deployment's artifacts are released. Read from its manifest, slipway.yaml.

    `many` says that its endpoint serves many models, each released by itself; `batch` says when
    and how it runs, where it answers files; `task` what its tasks run, if it has any.
    """

    approval: Approval = Approval.AUTOMATIC
    target: Target = field(default_factory=EndpointTarget)
    variants: tuple[VariantPolicy, ...] = (VariantPolicy(),)
    rollout: Rollout = Plain.ALL_AT_ONCE
    image: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    network_isolation: bool = True
    capture_percentage: int = 0
    monitor: Monitor | None = None
    probes: tuple[ProbeRequest, ...] = ()
    on_change: OnChange = OnChange.NOTIFY
    autoscaling: Autoscaling | None = None
    many: bool = False
    alarms: tuple[AlarmPolicy, ...] = ()
    batch: Batch | None = None
    task: TaskPolicy | None = None

    def target_of(self, variant: VariantPolicy) -> Target:
        return variant.target or self.target

    @property
    def uses(self) -> tuple[Use, ...]:
        """Each part as it is used, in the order of variants and containers."""
        found = (
            Use(container.part, self.target_of(variant).instance_type)
            for variant in self.variants
            for container in variant.containers
        )
        return tuple(dict.fromkeys(found))

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the parts that are served, in the same order."""
        return tuple(dict.fromkeys(use.part for use in self.uses))


@dataclass(frozen=True, slots=True)
class Uploads:
    """What lies under a deployment's prefix: the newest artifact of each part, its manifest's
    version, its newest baseline data and its newest golden request."""

    parts: Mapping[str, Artifact]
    manifest_version: str | None
    baseline: Artifact | None = None
    request: Artifact | None = None


@dataclass(frozen=True, slots=True)
class Desired:
    """The desired state of one generation: the newest artifact of each part, under a policy.

    `problem` says why the manifest cannot be used; the policy then is the last usable one.
    `manifest_version` is the S3 version the policy was read from, None for the defaults,
    `baseline` the data that requests are held against, and `request` a golden request. `wish` is
    what was asked for since the last upload, and `over` what had been uploaded when an earlier
    release was asked for: none of that is rolled out again. `fresh` counts how often all its
    instances were asked to be replaced.
    """

    deployment: str
    generation: int
    parts: Mapping[str, Artifact]
    policy: Policy
    manifest_version: str | None = None
    problem: str | None = None
    baseline: Artifact | None = None
    request: Artifact | None = None
    wish: Wish | None = None
    over: Uploads | None = None
    fresh: int = 0

    @property
    def leaves(self) -> bool:
        """Whether it is asked to go."""
        return isinstance(self.wish, Delete)

    @property
    def known(self) -> "Desired | Uploads":
        """All that was uploaded as far as it is known, whether it is wanted or not."""
        return self.over or self

    @property
    def uploads(self) -> Uploads:
        """What is wanted of what was uploaded."""
        return Uploads(self.parts, self.manifest_version, self.baseline, self.request)

    @property
    def is_batch(self) -> bool:
        """Whether it answers files instead of requests."""
        return self.policy.batch is not None

    @property
    def is_member(self) -> bool:
        """Whether it is a model behind a multi-model endpoint."""
        return bool(member_of(self.deployment))

    @property
    def is_host(self) -> bool:
        """Whether it is a multi-model endpoint, whose models are released by themselves."""
        return self.policy.many and not self.is_member

    @property
    def missing(self) -> tuple[str, ...]:
        """The parts that nobody has uploaded yet."""
        return tuple(part for part in self.policy.parts if part not in self.parts)
