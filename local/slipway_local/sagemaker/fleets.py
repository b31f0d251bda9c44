"""A fleet: the variants of one endpoint configuration, each with its running containers.

An instance count is bookkeeping: each variant runs one set of containers, however many
instances it asks for.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from slipway_local.sagemaker import instances
from slipway_local.sagemaker.serving import Container, Health, Launcher, Server

Params = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Program:
    """What a model runs: its containers in order; `direct` when callers pick one of them."""

    model_name: str
    containers: Sequence[Container]
    direct: bool = False

    def labels(self) -> Sequence[str]:
        """What messages call each container: primary where it is alone, else its hostname."""
        if len(self.containers) == 1:
            return ["primary"]
        numbered = enumerate(self.containers, start=1)
        return [each.hostname or f"container-{number}" for number, each in numbered]


@dataclass(slots=True)
class Variant:
    """One production variant of a fleet. `instances` is None for a serverless one, which has its
    sizes in `serverless`.

    `loading` is when a container was first asked for a target model that it has not loaded yet.
    """

    config: Mapping[str, Any]
    program: Program
    servers: list[Server]
    weight: float
    instances: int | None
    resolved: float
    desired_weight: float
    desired_instances: int | None
    serverless: Mapping[str, Any] | None = None
    desired_serverless: Mapping[str, Any] | None = None
    loading: dict[tuple[str, str], float] = field(default_factory=dict)
    in_flight: int = 0

    @property
    def name(self) -> str:
        return str(self.config["VariantName"])

    def health(self) -> Health:
        states = [server.health() for server in self.servers]
        if Health.FAILED in states:
            return Health.FAILED
        return Health.READY if all(state is Health.READY for state in states) else Health.STARTING

    def ailing(self) -> tuple[str, str]:
        """The label of the container that keeps the variant from being ready, and what it said."""
        labelled = [*zip(self.program.labels(), self.servers, strict=True)]
        failed = [each for each in labelled if each[1].health() is Health.FAILED]
        starting = [each for each in labelled if each[1].health() is Health.STARTING]
        label, server = (failed or starting or labelled)[0]
        return label, server.failure()

    def restart(self, server: Server, launcher: Launcher) -> None:
        """Start a container anew in the place of one that died."""
        if server in self.servers and server.health() is Health.FAILED:
            place = self.servers.index(server)
            self.servers[place] = launcher.launch(_on(self.config, self.program.containers[place]))
            self.loading.clear()

    def busy(self) -> bool:
        """Whether a serverless variant has as many requests as it takes at a time."""
        return self.serverless is not None and self.in_flight >= self.serverless["MaxConcurrency"]

    def desire(self, change: Mapping[str, Any]) -> None:
        """Take up the members of a DesiredWeightAndCapacity; `settle` brings them into force."""
        self.desired_weight = change.get("DesiredWeight", self.desired_weight)
        self.desired_instances = change.get("DesiredInstanceCount", self.desired_instances)
        if self.desired_serverless is not None:
            self.desired_serverless = {
                **self.desired_serverless,
                **change.get("ServerlessUpdateConfig", {}),
            }

    def settle(self) -> None:
        """What was desired is so."""
        self.weight = self.desired_weight
        self.instances = self.desired_instances
        self.serverless = self.desired_serverless


@dataclass(slots=True)
class Fleet:
    """Everything that serves one endpoint configuration behind one endpoint; `shadows` are sent
    copies of what the variants are asked."""

    config_name: str
    config: Mapping[str, Any]
    variants: list[Variant]
    capture: Mapping[str, Any] | None
    shadows: list[Variant] = field(default_factory=list)
    in_flight: int = 0
    retired: bool = False

    def members(self) -> list[Variant]:
        """All variants, also those that answer nobody."""
        return [*self.variants, *self.shadows]

    def member(self, name: str) -> Variant | None:
        return next((each for each in self.members() if each.name == name), None)

    def variant(self, name: str) -> Variant | None:
        return next((variant for variant in self.variants if variant.name == name), None)

    def mirrors(self, variant: Variant, random: Random) -> list[Variant]:
        """The shadows that get a copy of a request to the variant: each its weight's share of the
        variant's weight, at most each one."""
        return [
            shadow
            for shadow in self.shadows
            if random.random() * (variant.weight or shadow.weight) < shadow.weight
        ]

    def choose(self, random: Random) -> Variant:
        """Pick a variant by weight; with equal chances when all weights are zero."""
        if len(self.variants) == 1:
            return self.variants[0]
        weights = [variant.weight for variant in self.variants]
        return random.choices(self.variants, weights if any(weights) else None)[0]

    def unwell(self) -> Variant | None:
        """The first variant that is not ready."""
        return next((v for v in self.members() if v.health() is not Health.READY), None)

    def health(self) -> Health:
        unwell = self.unwell()
        return Health.READY if unwell is None else unwell.health()

    def size(self) -> int:
        """Instances that are wanted, of all types."""
        return sum(variant.desired_instances or 0 for variant in self.variants)

    def instances(self, instance_type: str) -> int:
        return sum(
            variant.desired_instances or 0
            for variant in self.members()
            if variant.config.get("InstanceType") == instance_type
        )

    def enter(self) -> None:
        self.in_flight += 1

    def leave(self) -> None:
        """A request is answered; the last one out of a retired fleet stops its servers."""
        self.in_flight -= 1
        if self.retired and not self.in_flight:
            self._stop()

    def retire(self) -> None:
        """Take no new requests; requests in flight are still answered."""
        self.retired = True
        if not self.in_flight:
            self._stop()

    def _stop(self) -> None:
        for variant in self.members():
            for server in variant.servers:
                server.stop()


def launch(
    config_name: str,
    config: Mapping[str, Any],
    programs: Sequence[Program],
    launcher: Launcher,
    now: float,
) -> Fleet:
    """Start a fleet; `programs` are what its variants run, in the order of `described`."""
    variants = [
        _variant(variant, program, launcher, now)
        for variant, program in zip(described(config), programs, strict=True)
    ]
    answering = len(config["ProductionVariants"])
    capture = config.get("DataCaptureConfig")
    return Fleet(config_name, config, variants[:answering], capture, variants[answering:])


def described(config: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The variants of a configuration, its shadows last."""
    return [*config["ProductionVariants"], *config.get("ShadowProductionVariants", [])]


def retaining(
    old: Fleet, config: Mapping[str, Any], excluded: Collection[str] = ()
) -> Mapping[str, Any]:
    """The configuration with what was changed on the old fleet, except the properties `excluded`.

    It is known before anything is started: quotas and batches go by the counts that are kept.
    """
    kept = dict(config)
    for kind in {"ProductionVariants", "ShadowProductionVariants"} & config.keys():
        kept[kind] = [
            _retaining(old.member(each["VariantName"]), each, excluded) for each in config[kind]
        ]
    if "DataCaptureConfig" not in excluded:
        kept.pop("DataCaptureConfig", None)
        kept |= {} if old.capture is None else {"DataCaptureConfig": old.capture}
    return kept


def _retaining(
    before: Variant | None, config: Mapping[str, Any], excluded: Collection[str]
) -> Mapping[str, Any]:
    if before is None:
        return config
    kept = {**config}
    if "DesiredWeight" not in excluded:
        kept["InitialVariantWeight"] = before.desired_weight
    counted = "ServerlessConfig" not in config and before.desired_instances is not None
    if counted and "DesiredInstanceCount" not in excluded:
        kept["InitialInstanceCount"] = before.desired_instances
    return kept


def _variant(
    config: Mapping[str, Any], program: Program, launcher: Launcher, now: float
) -> Variant:
    weight = config.get("InitialVariantWeight", 1.0)
    serverless = config.get("ServerlessConfig")
    count = None if serverless else config.get("InitialInstanceCount", 1)
    return Variant(
        config=config,
        program=program,
        servers=[launcher.launch(_on(config, container)) for container in program.containers],
        weight=weight,
        instances=count,
        resolved=now,
        desired_weight=weight,
        desired_instances=count,
        serverless=serverless,
        desired_serverless=serverless,
    )


def _on(config: Mapping[str, Any], container: Container) -> Container:
    """The container on an instance of the variant's type."""
    kind = config.get("InstanceType")
    return replace(container, memory=instances.memory(kind)) if kind else container
