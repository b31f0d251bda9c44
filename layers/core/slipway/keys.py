"""The keys of slipway.yaml: what each may hold. Their docstrings are what the page says."""

from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    field_validator,
    model_validator,
)

from slipway.domain.desired import (
    VARIANT,
    Approval,
    MissingData,
    OnChange,
    OnViolation,
    RoutingStrategy,
    Runner,
)
from slipway.domain.expect import PATH
from slipway.domain.rollout import Way
from slipway.guarded_keys import AllAtOnce, Canary, Linear, Rolling, check
from slipway.remedy_keys import AlarmKeys, check_alarms
from slipway.rollout_keys import Stepwise

Percentage = Annotated[int, Field(ge=0, le=100)]
Timeout = Annotated[int, Field(ge=60, le=3600)]
# As far as SageMaker takes them. Source: ContainerDefinition, SageMaker API reference.
Image = Annotated[str, Field(pattern=r"^[\w.-]+(:\d+)?/[\w./-]+([:@][\w.:-]+)?$", max_length=255)]
VariableName = Annotated[str, Field(pattern=r"^[a-zA-Z_][a-zA-Z0-9_]*$", max_length=1024)]
Environment = Annotated[
    dict[VariableName, Annotated[str, Field(max_length=1024)]], Field(max_length=100)
]
InstanceType = Annotated[str, Field(pattern=r"^ml\.[a-z0-9-]+\.[a-z0-9]+$")]
PartName = Annotated[str, Field(pattern=r"^[a-z0-9](-?[a-z0-9])*$", max_length=32)]
MOST_VARIANTS, MOST_CONTAINERS = 10, 15
Share = Annotated[float, Field(ge=0, le=1)]


def _by_name(given: object) -> object:
    """Containers by their names, where only those were listed."""
    if isinstance(given, list) and all(isinstance(name, str) for name in given):
        return {name: {} for name in given}
    return given


def _type(given: object) -> str:
    """Which target it is; an endpoint where nothing is said."""
    found = given.get("type", "endpoint") if isinstance(given, dict) else getattr(given, "type", "")
    return str(found)


def _way(given: object) -> str:
    """Which kind of rollout it is: by its type, by steps, or one that has a name alone."""
    if isinstance(given, dict):
        return str(given.get("type", "stepwise"))
    if isinstance(given, Stepwise):
        return "stepwise"
    return str(getattr(given, "type", "plain"))


class _Strict(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True
    )


class Target(_Strict):
    """A place to run a model."""

    type: Literal["endpoint"] = "endpoint"
    """A real-time endpoint."""
    instance_type: InstanceType = "ml.m5.large"
    """SageMaker's instance type, such as ml.m5.large."""
    instance_count: Annotated[int, Field(ge=1, le=1000)] = 1
    """How many instances to start with; what autoscaling makes of it later is kept."""
    volume_size_in_gb: Annotated[int, Field(ge=1, le=512)] | None = None
    """The size of each instance's volume; SageMaker's own choice when absent."""
    model_data_download_timeout_in_seconds: Timeout | None = None
    """How long an instance may take to fetch the model; chosen from its size when absent."""
    container_startup_health_check_timeout_in_seconds: Timeout | None = None
    """How long a container may take to answer its health check; likewise."""
    routing_strategy: RoutingStrategy | None = Field(default=None, strict=False)
    """Which instance is asked; SageMaker's own choice when absent."""


class Serverless(_Strict):
    """Containers that are there while they are asked."""

    type: Literal["serverless"]
    """An endpoint without instances."""
    memory_size_in_mb: Literal[1024, 2048, 3072, 4096, 5120, 6144] = 2048
    """The memory of each container, in MB."""
    max_concurrency: Annotated[int, Field(ge=1, le=200)] = 20
    """How many requests are answered at a time."""
    provisioned_concurrency: Annotated[int, Field(ge=1, le=200)] | None = None
    """How many containers are always there; none when absent."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.provisioned_concurrency and self.provisioned_concurrency > self.max_concurrency:
            raise ValueError("`provisioned_concurrency` is part of `max_concurrency`; give less")
        return self


class Container(_Strict):
    """One container of an inference pipeline, which serves the part of its name."""

    image: Image | None = None
    """The exact image URI; chosen from what the part is when absent."""
    environment: Environment = {}
    """Environment variables of this container, beside those of all."""


class Variant(_Strict):
    """A production variant: a share of the traffic, and what it differs in from the rest."""

    weight: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 1
    """Its traffic is this among the weights of all variants; changed in place."""
    instance_type: InstanceType | None = None
    """SageMaker's instance type; the target's when absent."""
    instance_count: Annotated[int, Field(ge=1, le=1000)] | None = None
    """How many instances to start with; the target's when absent."""
    containers: dict[PartName, Container] = {}
    """What answers it, one after the other; when absent the deployment's `containers`, and
    without those the part of the variant's own name."""

    @field_validator("containers", mode="before")
    @classmethod
    def _named(cls, given: object) -> object:
        return _by_name(given)


class Capture(_Strict):
    """Data capture: requests and replies kept in the bucket under capture/."""

    percentage: Percentage
    """How many of 100 requests are kept."""


class Thresholds(_Strict):
    """From where on something counts as a violation; Model Monitor's names, then Slipway's."""

    comparison_threshold: Share | None = None
    """The largest drift distance of a numeric column; Model Monitor's default is 0.1."""
    comparison_method: Literal["Robust", "Simple"] | None = None
    """Whether the distance is corrected for the number of rows; Robust by default."""
    categorical_comparison_threshold: Share | None = None
    """The largest drift distance of a text column; 0.1 by default."""
    categorical_drift_method: Literal["LInfinity", "ChiSquared"] | None = None
    """How text columns are compared; LInfinity by default."""
    datatype_check_threshold: Share | None = None
    """The share of values that must be of the baseline's type; 1 by default."""
    domain_content_threshold: Share | None = None
    """The share of values that must be known to the baseline; 1 by default."""
    minimum_rows: Annotated[int, Field(ge=1)] | None = None
    """Fewer rows in a window are too few to judge; 30 by default."""
    ks: Share | None = None
    """The largest Kolmogorov-Smirnov distance beyond chance; 0.1 by default."""
    psi: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    """The largest population stability index; 0.25 by default."""
    outside: Share | None = None
    """The share of values that may leave the baseline's range; 0.01 by default."""


class Watching(_Strict):
    """Drift monitoring: captured requests are held against the uploaded baseline data."""

    every: Annotated[str, Field(pattern=r"^(1|2|3|4|6|8|12|24)h$")] = "1h"
    """How often, in hours that divide a day."""
    on_violation: OnViolation = Field(default=OnViolation.NOTIFY, strict=False)
    """Whether people are told only, or the deployment also counts as held until they act."""
    runner: Runner = Field(default=Runner.LAMBDA, strict=False)
    """Slipway's own functions; or SageMaker Model Monitor, in accounts that still have it."""
    header: bool = True
    """Whether the first row of baseline.csv names its columns."""
    missing_data: MissingData = Field(default=MissingData.MISSING, strict=False)
    """What the alarm makes of a window without requests, as CloudWatch calls it."""
    thresholds: Thresholds = Thresholds()
    """From where on something counts as a violation."""


class Expect(_Strict):
    """What must hold of a probe's reply."""

    status: Annotated[int, Field(ge=100, le=599)] = 200
    """The HTTP status of the container."""
    columns: Annotated[int, Field(ge=1)] | None = None
    """How many values the first row of a CSV reply has."""
    path: Annotated[str, Field(pattern=rf"^{PATH.pattern}$")] | None = None
    """Where in a JSON reply the value is, such as $.predictions[0].score."""
    between: tuple[float, float] | None = Field(default=None, strict=False)
    """The bounds, both included, of the value at `path`, or of every value of a CSV row."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.columns is not None and self.path is not None:
            raise ValueError("`columns` is for CSV replies and `path` for JSON ones; give one")
        if self.between and self.between[0] > self.between[1]:
            raise ValueError("`between` needs the lower bound first")
        return self


class Probe(_Strict):
    """A golden request, sent before a release is called good."""

    body: Annotated[str, Field(min_length=1)]
    """The request's body."""
    content_type: str = "text/csv"
    """The type of the request's body."""
    accept: str | None = None
    """The wanted type of the reply; the request's own when absent."""
    within: Annotated[str, Field(pattern=r"^\d+(\.\d+)?s$")] | None = None
    """How long the reply may take, in seconds; several times what the version before took."""
    expect: Expect = Expect()
    """What must hold of the reply."""


class Manifest(_Strict):
    """A deployment's manifest. Every key has a default, and so has the whole file."""

    approval: Approval = Field(default=Approval.AUTOMATIC, strict=False)
    """Who approves a new version: the manifest itself, or a person in the model registry."""
    target: Annotated[
        Annotated[Target, Tag("endpoint")] | Annotated[Serverless, Tag("serverless")],
        Discriminator(_type),
    ] = Target()
    """Where the model runs."""
    variants: dict[PartName, Variant] = {}
    """Models that share the endpoint's traffic, each with a part of its own; one when absent."""
    containers: dict[PartName, Container] = {}
    """An inference pipeline: the parts that answer a request, one after the other; a list of names
    where that is all there is to say. One container when absent."""
    models: Literal["one", "many"] = "one"
    """Whether it serves many models, each a *.tar.gz in its folder `models/`, invoked by name."""
    image: Image | None = None
    """The exact image URI; chosen from what the artifact is when absent."""
    environment: Environment = {}
    """Environment variables of the container."""
    rollout: Annotated[
        Annotated[Way, Field(strict=False), Tag("plain")]
        | Annotated[AllAtOnce, Tag("all_at_once")]
        | Annotated[Canary, Tag("canary")]
        | Annotated[Linear, Tag("linear")]
        | Annotated[Rolling, Tag("rolling")]
        | Annotated[Stepwise, Tag("stepwise")],
        Discriminator(_way),
    ] = Way.ALL_AT_ONCE
    """How traffic moves to the new version."""
    alarms: Annotated[list[AlarmKeys], Field(max_length=20)] = []
    """Alarms, and what is done about each; none when absent."""
    network_isolation: bool = True
    """Whether the model runs without a network."""
    capture: Capture | None = None
    """Which requests and replies are kept; none when absent."""
    monitor: Watching | None = None
    """How captured requests are watched for drift; not at all when absent."""
    probes: list[Probe] = []
    """Golden requests. Without any, the release makes its own from what is known."""
    on_change: OnChange = Field(default=OnChange.NOTIFY, strict=False)
    """Whether people are told when a version is asked or answers something else, or it is held."""

    @field_validator("containers", mode="before")
    @classmethod
    def _named(cls, given: object) -> object:
        return _by_name(given)

    @model_validator(mode="after")
    def _shares(self) -> Self:
        if self.variants and not any(variant.weight for variant in self.variants.values()):
            raise ValueError("`variants` all have weight 0, so none would be asked; give one more")
        if len(self.variants) > MOST_VARIANTS:
            raise ValueError(f"`variants` are at most {MOST_VARIANTS}, as SageMaker has it")
        pipelines = (self.containers, *(variant.containers for variant in self.variants.values()))
        if any(len(containers) > MOST_CONTAINERS for containers in pipelines):
            raise ValueError(f"`containers` are at most {MOST_CONTAINERS}, as SageMaker has it")
        return self

    @model_validator(mode="after")
    def _suits_serverless(self) -> Self:
        if not isinstance(self.target, Serverless):
            return self
        given = self.model_fields_set & {"capture", "monitor", "variants", "containers"}
        if self.models == "many":
            given.add("models")
        if self.network_isolation and "network_isolation" in self.model_fields_set:
            given.add("network_isolation")
        if given:
            names = ", ".join(f"`{name}`" for name in sorted(given))
            raise ValueError(f"SageMaker has no {names} for serverless endpoints; leave it out")
        return self

    @model_validator(mode="after")
    def _guards(self) -> Self:
        target = None if isinstance(self.target, Serverless) else self.target
        kind, count = (target.instance_type, target.instance_count) if target else ("", 1)
        several = {
            name: (given.instance_type or kind, given.instance_count or count)
            for name, given in self.variants.items()
        }
        check(self.rollout, several or {"": (kind, count)}, many=self.models == "many")
        return self

    @model_validator(mode="after")
    def _alarms(self) -> Self:
        variants = list(self.variants) or [VARIANT]
        check_alarms(self.alarms, variants, monitored=self.monitor is not None)
        return self

    @model_validator(mode="after")
    def _shifts(self) -> Self:
        if not isinstance(self.rollout, Stepwise):
            return self
        given = self.model_fields_set & {"variants"} if self.variants else set()
        if self.models == "many":
            given.add("models")
        if isinstance(self.target, Serverless):
            given.add("target")
        if given:
            names = ", ".join(f"`{name}`" for name in sorted(given))
            raise ValueError(
                f"`rollout.steps` moves the traffic of one real-time variant to the next; it does "
                f"not go together with {names}"
            )
        return self

    @model_validator(mode="after")
    def _hosts(self) -> Self:
        if self.models == "many" and (self.variants or self.containers):
            raise ValueError(
                "`models: many` is one container of one variant; leave out `variants` and "
                "`containers`"
            )
        if self.models == "many" and self.monitor:
            raise ValueError(
                "`monitor` cannot tell the models of one endpoint apart; leave it out, or give the "
                "model that is to be watched a deployment of its own"
            )
        return self

    @model_validator(mode="after")
    def _sees(self) -> Self:
        if self.monitor and not (self.capture and self.capture.percentage):
            raise ValueError(
                "`monitor` sees captured requests only; add `capture: {percentage: 100}`"
            )
        return self
