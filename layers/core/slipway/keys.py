"""The keys of slipway.yaml: what each may hold. Their docstrings are what the page says."""

from typing import Annotated, Literal, Self

from pydantic import (
    Discriminator,
    Field,
    Tag,
    field_validator,
    model_validator,
)

from slipway.batch_keys import Batching
from slipway.domain.desired import (
    VARIANT,
    Approval,
    OnChange,
    RoutingStrategy,
    Runner,
)
from slipway.domain.expect import PATH
from slipway.domain.rollout import Way
from slipway.guarded_keys import AllAtOnce, Canary, Linear, Rolling, check
from slipway.remedy_keys import AlarmKeys, check_alarms
from slipway.rollout_keys import Stepwise
from slipway.scaling_keys import METRICS, Autoscaling
from slipway.strict_keys import Strict
from slipway.target_keys import (
    AMI,
    Async,
    Batch,
    InstanceType,
    Serverless,
    Target,
    Timeout,
    Volume,
)
from slipway.task_keys import Tasking
from slipway.watch_keys import Capture, Watching

# As far as SageMaker takes them. Source: ContainerDefinition, SageMaker API reference.
Image = Annotated[str, Field(pattern=r"^[\w.-]+(:\d+)?/[\w./-]+([:@][\w.:-]+)?$", max_length=255)]
VariableName = Annotated[str, Field(pattern=r"^[a-zA-Z_][a-zA-Z0-9_]*$", max_length=1024)]
Environment = Annotated[
    dict[VariableName, Annotated[str, Field(max_length=1024)]], Field(max_length=100)
]
PartName = Annotated[str, Field(pattern=r"^[a-z0-9](-?[a-z0-9])*$", max_length=32)]
MOST_VARIANTS, MOST_CONTAINERS = 10, 15
NOT_OF_BATCH = frozenset({"variants", "rollout", "alarms", "autoscaling"})


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


class Container(Strict):
    """One container of an inference pipeline, which serves the part of its name."""

    image: Image | None = None
    """The exact image URI; chosen from what the part is when absent."""
    environment: Environment = Field(default={})
    """Environment variables of this container, beside those of all."""


class Variant(Strict):
    """A production variant: a share of the traffic, and what it differs in from the rest."""

    weight: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 1
    """Its traffic is this among the weights of all variants; changed in place."""
    instance_type: InstanceType | None = None
    """SageMaker's instance type; the target's when absent."""
    instance_count: Annotated[int, Field(ge=1, le=1000)] | None = None
    """How many instances to start with; the target's when absent."""
    volume_size_in_gb: Volume | None = None
    """The size of each instance's volume; the target's when absent."""
    model_data_download_timeout_in_seconds: Timeout | None = None
    """How long an instance may take to fetch the model; likewise."""
    container_startup_health_check_timeout_in_seconds: Timeout | None = None
    """How long a container may take to answer its health check; likewise."""
    routing_strategy: RoutingStrategy | None = Field(default=None, strict=False)
    """Which instance is asked; likewise."""
    inference_ami_version: AMI | None = None
    """The machine image of the instances; likewise."""
    shadow: Annotated[int, Field(ge=1, le=100)] | None = None
    """It answers nobody, and sees this many of 100 requests: SageMaker's shadow variant."""
    autoscaling: Autoscaling | None = None
    """How its instances become more and fewer; as the deployment's when absent."""
    containers: dict[PartName, Container] = Field(default={})
    """What answers it, one after the other; when absent the deployment's `containers`, and
    without those the part of the variant's own name."""

    @field_validator("containers", mode="before")
    @classmethod
    def _named(cls, given: object) -> object:
        return _by_name(given)


class Expect(Strict):
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


class Probe(Strict):
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


class Manifest(Strict):
    """A deployment's manifest. Every key has a default, and so has the whole file."""

    approval: Approval = Field(default=Approval.AUTOMATIC, strict=False)
    """Who approves a new version: the manifest itself, or a person in the model registry."""
    target: Annotated[
        Annotated[Target, Tag("endpoint")]
        | Annotated[Serverless, Tag("serverless")]
        | Annotated[Async, Tag("async")]
        | Annotated[Batch, Tag("batch")],
        Discriminator(_type),
    ] = Target()
    """Where the model runs."""
    batch: Batching | None = None
    """When a batch target runs, and how; what is uploaded is run at once when absent."""
    task: Tasking | None = None
    """What `slipway task` runs with the version that was released last; nothing when absent."""
    variants: dict[PartName, Variant] = Field(default={})
    """Models that share the endpoint's traffic, each with a part of its own; one when absent."""
    containers: dict[PartName, Container] = Field(default={})
    """An inference pipeline: the parts that answer a request, one after the other; a list of names
    where that is all there is to say. One container when absent."""
    models: Literal["one", "many"] = "one"
    """Whether it serves many models, each a *.tar.gz in its folder `models/`, invoked by name."""
    image: Image | None = None
    """The exact image URI; chosen from what the artifact is when absent."""
    environment: Environment = Field(default={})
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
    alarms: Annotated[list[AlarmKeys], Field(max_length=20)] = Field(default=[])
    """Alarms, and what is done about each; none when absent."""
    autoscaling: Autoscaling | None = None
    """How the instances of each variant become more and fewer; not at all when absent."""
    network_isolation: bool = True
    """Whether the model runs without a network."""
    capture: Capture | None = None
    """Which requests and replies are kept; none when absent."""
    monitor: Watching | None = None
    """How captured requests are watched for drift; not at all when absent."""
    probes: list[Probe] = Field(default=[])
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
    def _shadows(self) -> Self:
        shadows = [each for each in self.variants.values() if each.shadow is not None]
        if not shadows:
            return self
        if (len(shadows), len(self.variants)) != (1, 2):
            raise ValueError("`shadow` is for one of two variants, of which the other answers")
        said = {name for each in self.variants.values() for name in each.model_fields_set}
        given = said & {"weight", "autoscaling", "containers"}
        given |= self.model_fields_set & {"rollout", "autoscaling", "containers", "monitor"}
        if given:
            names = ", ".join(f"`{name}`" for name in sorted(given))
            raise ValueError(f"a `shadow` does not go together with {names}; leave it out")
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
    def _suits_a_line(self) -> Self:
        if not isinstance(self.target, Async):
            return self
        if self.variants or self.models == "many":
            given = "variants" if self.variants else "models"
            raise ValueError(
                f"`{given}` cannot be asked one by one at an asynchronous endpoint: "
                "a request names none; leave it out"
            )
        if any(probe.within for probe in self.probes):
            raise ValueError(
                "`probes.within` says nothing of an asynchronous endpoint, where requests wait in "
                "line; leave it out"
            )
        return self

    @model_validator(mode="after")
    def _suits_files(self) -> Self:
        if not isinstance(self.target, Batch):
            if self.batch is not None:
                raise ValueError("`batch` is for `target: {type: batch}`; say that, too")
            return self
        given = sorted(self.model_fields_set & NOT_OF_BATCH)
        if self.models == "many":
            given.append("models")
        if any(probe.within for probe in self.probes):
            given.append("probes.within")
        if self.monitor and self.monitor.runner == Runner.SAGEMAKER:
            given.append("monitor.runner")
        if given:
            names = ", ".join(f"`{name}`" for name in given)
            raise ValueError(f"{names}: nothing serves at a batch target; leave it out")
        return self

    @model_validator(mode="after")
    def _tasks(self) -> Self:
        if self.task and (self.variants or self.containers or self.models == "many"):
            raise ValueError("`task` is for one model; leave out variants, containers and models")
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
        own = (variant.autoscaling for variant in self.variants.values())
        scaled = any((self.autoscaling, *own))
        check_alarms(self.alarms, variants, monitored=self.monitor is not None, scaled=scaled)
        return self

    @model_validator(mode="after")
    def _scales(self) -> Self:
        own = (variant.autoscaling for variant in self.variants.values())
        for scaling in filter(None, (self.autoscaling, *own)):
            if scaling.metric not in METRICS[self.target.type]:
                names = " or ".join(f"`{name}`" for name in METRICS[self.target.type])
                raise ValueError(f"`autoscaling` of such a target follows {names}")
            if scaling.min == 0 and self.target.type != "async":
                raise ValueError("`autoscaling`: `min` may be 0 at asynchronous endpoints only")
        return self

    @model_validator(mode="after")
    def _shifts(self) -> Self:
        if not isinstance(self.rollout, Stepwise):
            return self
        given = self.model_fields_set & {"variants"} if self.variants else set()
        if self.models == "many":
            given.add("models")
        if not isinstance(self.target, Target):
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
