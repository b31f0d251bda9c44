"""What the rules look at."""

from collections.abc import Callable
from dataclasses import dataclass

from slipway.domain.attempts import Attempt, Attempts
from slipway.domain.desired import Desired
from slipway.domain.plan import Plan
from slipway.domain.probed import Probed
from slipway.domain.steps import Step
from slipway.domain.watch import UNWATCHED, Watch
from slipway.domain.world import Endpoint, PackageApproval, World


@dataclass(frozen=True, slots=True)
class Case:
    """Everything the rules may look at. `plan` is None until the artifact has an image."""

    desired: Desired
    world: World
    attempts: Attempts
    plan: Plan | None

    @property
    def wanted(self) -> str:
        return self.plan.config if self.plan else ""

    @property
    def endpoint(self) -> Endpoint | None:
        return self.world.endpoint

    @property
    def inspected(self) -> bool:
        return self.world.inspected is not None and self.world.inspected.answers(self.desired)

    @property
    def serves_wanted(self) -> bool:
        return self.endpoint is not None and self.endpoint.serves(self.wanted)

    @property
    def approval(self) -> PackageApproval | None:
        package = self.world.package
        known = package is not None and self.plan and package.key == self.plan.package_key
        return package.approval if package and known else None

    def probe(self, config: str) -> Probed | None:
        """What the probes of this generation said of a config."""
        return self.world.probes.of(config, self.desired.generation)

    @property
    def failure(self) -> Probed | None:
        """What the wanted version failed, also if it was registered anew since, under whatever
        names that gave it."""
        for probed in self.world.probes.last:
            made = self.made_of(probed.config)
            kin = self.plan and made and made.package_key == self.plan.package_key
            now = probed.generation == self.desired.generation
            if now and not probed.passed and (kin or probed.config == self.wanted):
                return probed
        return None

    def fails(self, config: str) -> bool:
        """Whether a config did not answer its probes when it was last asked."""
        probed = self.world.probes.of(config)
        return probed is not None and not probed.passed

    def made_of(self, config: str) -> Plan | None:
        """What a config is made of: the wanted one, or one that was deployed before."""
        if self.plan and config == self.wanted:
            return self.plan
        found = self.attempts.made_of(config)
        return found.plan if found else None

    def name(self, config: str) -> str:
        """What a person calls a config: the version in the registry that it serves."""
        good, package = self.attempts.release(config), self.world.package
        wanted = package.arn if package and config == self.wanted else ""
        number = (wanted or (good.package if good else "")).rpartition("/")[2]
        return f"version {number}" if number.isdigit() else config

    @property
    def changes(self) -> str:
        """How the wanted version differs from the one released before, as far as files tell."""
        inspected = self.world.inspected
        if inspected is None or self.plan is None:
            return ""
        return self.attempts.changes(inspected.known, self.wanted)

    @property
    def changed(self) -> str:
        """The same, to be said at a sentence's end."""
        return f"; changed: {self.changes}" if self.changes else ""

    @property
    def watch(self) -> Watch:
        """What shall watch the endpoint."""
        return self.plan.watch if self.plan else UNWATCHED

    @property
    def purges(self) -> bool:
        """Whether versions, data and history are asked to go, too."""
        return self.desired.wish is not None and self.desired.wish.purge

    def tried(self, config: str) -> Attempt | None:
        return self.attempts.at(self.desired.generation, config)


Rule = Callable[[Case], Step | None]
