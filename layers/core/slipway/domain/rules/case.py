"""What the rules look at."""

from collections.abc import Callable
from dataclasses import dataclass

from slipway.domain.attempts import Attempt, Attempts
from slipway.domain.desired import Desired
from slipway.domain.plan import Plan
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

    @property
    def probe_failure(self) -> str | None:
        """Why the probes failed on the wanted config in this generation."""
        probed = self.world.probed
        if probed is None or probed.passed:
            return None
        here = (probed.generation, probed.config) == (self.desired.generation, self.wanted)
        return probed.reason if here else None

    @property
    def probe_passed(self) -> bool:
        probed = self.world.probed
        return probed is not None and probed.proves(self.desired.generation, self.wanted)

    @property
    def watch(self) -> Watch:
        """What shall watch the endpoint."""
        return self.plan.watch if self.plan else UNWATCHED

    def tried(self, config: str) -> Attempt | None:
        return self.attempts.at(self.desired.generation, config)


Rule = Callable[[Case], Step | None]
