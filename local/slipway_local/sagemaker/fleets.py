"""A fleet: the variants of one endpoint configuration, each with its running containers.

An instance count is bookkeeping: each variant runs one set of containers, however many
instances it asks for.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from slipway_local.sagemaker.serving import Container, Health, Launcher, Server

Params = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Program:
    """What a model runs: its containers in order; `direct` when callers pick one of them."""

    model_name: str
    containers: Sequence[Container]
    direct: bool = False


@dataclass(slots=True)
class Variant:
    """One production variant of a fleet. `instances` is None for a serverless one.

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

    def failure(self) -> str:
        return next((text for server in self.servers if (text := server.failure())), "")

    def restart(self, server: Server, launcher: Launcher) -> None:
        """Start a container anew in the place of one that died."""
        if server in self.servers and server.health() is Health.FAILED:
            place = self.servers.index(server)
            self.servers[place] = launcher.launch(self.program.containers[place])
            self.loading.clear()

    def busy(self) -> bool:
        """Whether a serverless variant has as many requests as it takes at a time."""
        most = self.config.get("ServerlessConfig", {}).get("MaxConcurrency")
        return most is not None and self.in_flight >= most

    def settle(self) -> None:
        """What was desired is so."""
        self.weight = self.desired_weight
        self.instances = self.desired_instances


@dataclass(slots=True)
class Fleet:
    """Everything that serves one endpoint configuration behind one endpoint."""

    config_name: str
    config: Mapping[str, Any]
    variants: list[Variant]
    capture: Mapping[str, Any] | None
    in_flight: int = 0
    retired: bool = False

    def variant(self, name: str) -> Variant | None:
        return next((variant for variant in self.variants if variant.name == name), None)

    def choose(self, random: Random) -> Variant:
        """Pick a variant by weight; with equal chances when all weights are zero."""
        if len(self.variants) == 1:
            return self.variants[0]
        weights = [variant.weight for variant in self.variants]
        return random.choices(self.variants, weights if any(weights) else None)[0]

    def unwell(self) -> Variant | None:
        """The first variant that is not ready."""
        return next((v for v in self.variants if v.health() is not Health.READY), None)

    def health(self) -> Health:
        unwell = self.unwell()
        return Health.READY if unwell is None else unwell.health()

    def size(self) -> int:
        """Instances that are wanted, of all types."""
        return sum(variant.desired_instances or 0 for variant in self.variants)

    def instances(self, instance_type: str) -> int:
        return sum(
            variant.desired_instances or 0
            for variant in self.variants
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
        for variant in self.variants:
            for server in variant.servers:
                server.stop()


def launch(
    config_name: str,
    config: Mapping[str, Any],
    programs: Sequence[Program],
    launcher: Launcher,
    now: float,
) -> Fleet:
    """Start a fleet; `programs` are what its variants run, in the variants' order."""
    variants = [
        _variant(variant, program, launcher, now)
        for variant, program in zip(config["ProductionVariants"], programs, strict=True)
    ]
    return Fleet(config_name, config, variants, config.get("DataCaptureConfig"))


def keep(old: Fleet, new: Fleet, excluded: Collection[str]) -> None:
    """Carry over what was changed on the old variants, except the properties `excluded`."""
    for variant in new.variants:
        before = old.variant(variant.name)
        if before is None:
            continue
        if "DesiredWeight" not in excluded:
            variant.desired_weight = before.desired_weight
        if "DesiredInstanceCount" not in excluded and before.desired_instances is not None:
            variant.desired_instances = before.desired_instances
        variant.settle()
    if "DataCaptureConfig" not in excluded:
        new.capture = old.capture


def _variant(
    config: Mapping[str, Any], program: Program, launcher: Launcher, now: float
) -> Variant:
    weight = config.get("InitialVariantWeight", 1.0)
    instances = None if "ServerlessConfig" in config else config.get("InitialInstanceCount", 1)
    return Variant(
        config=config,
        program=program,
        servers=[launcher.launch(container) for container in program.containers],
        weight=weight,
        instances=instances,
        resolved=now,
        desired_weight=weight,
        desired_instances=instances,
    )
