"""What the rules look at."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from slipway.domain.alarms import Sighting
from slipway.domain.attempts import Attempt, Attempts, Good
from slipway.domain.desired import Desired, OnViolation, Use
from slipway.domain.plan.endpoint import Plan, beside, versions
from slipway.domain.probed import Probed
from slipway.domain.progress import Progress
from slipway.domain.rollout import Guarded, Steps
from slipway.domain.steps import Step
from slipway.domain.trouble import Trouble, key
from slipway.domain.watch import UNWATCHED, Watch
from slipway.domain.wish import Delete, Rollback
from slipway.domain.world import (
    Endpoint,
    Inspected,
    Package,
    PackageApproval,
    World,
    known_of,
    read,
    unread,
    waits,
)


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
    def unread(self) -> Use | None:
        """The first part that has not been inspected as it is wanted."""
        return unread(self.desired, self.world.inspected)

    @property
    def inspected(self) -> tuple[Inspected, ...]:
        """What was found out about what is wanted now, in the order of its containers."""
        return tuple(read(self.desired, self.world.inspected).values())

    @property
    def waits(self) -> str:
        """What only a person may approve of what is wanted, "" for most."""
        return waits(self.desired, self.world.inspected)

    @property
    def serves_wanted(self) -> bool:
        return self.endpoint is not None and self.endpoint.serves(self.wanted)

    @property
    def packages(self) -> tuple[Package, ...]:
        """The registered versions of the wanted models, as far as there are any."""
        known = {package.key: package for package in self.world.packages}
        wanted = self.plan.package_keys if self.plan else ()
        return tuple(known[key] for key in wanted if key in known)

    @property
    def approval(self) -> PackageApproval | None:
        """What people, or the manifest, say of the wanted versions together; None while one is
        not registered."""
        found = [package.approval for package in self.packages]
        if self.plan is None or len(found) < len(self.plan.package_keys):
            return None
        if not found:
            return PackageApproval.APPROVED
        worst = (PackageApproval.REJECTED, PackageApproval.PENDING, PackageApproval.APPROVED)
        return next(approval for approval in worst if approval in found)

    @property
    def drifted(self) -> bool:
        """Whether drift holds the deployment, as the manifest wants it."""
        monitor, drift = self.desired.policy.monitor, self.world.drift
        if monitor is None or monitor.on_violation != OnViolation.HOLD or drift is None:
            return False
        return bool(drift.since) and drift.generation == self.desired.generation

    @property
    def runner(self) -> Good | None:
        """The version that answers files, and that tasks are run with: the last that was released,
        and is approved of now. One that somebody rolled back from is none of those."""
        wanted = self.attempts.release(self.wanted)
        sound = (good for good in (wanted, *self.attempts.good) if good and self._may_run(good))
        return next(sound, None)

    def _may_run(self, good: Good) -> bool:
        unfit = self.desired.is_batch and good.plan and good.plan.transform is None
        if good.plan is None or unfit or self.fails(good.config):
            return False
        left = self.world.withdrawn - {self.wanted}
        return good.config not in self.world.revoked | left

    @property
    def stable(self) -> Good | None:
        """What a candidate is held against, where traffic moves to it by steps: what was released
        last, in one variant with instances, and can still be gone back to."""
        if not isinstance(self.desired.policy.rollout, Steps) or self.plan is None:
            return None
        before = next((good for good in self.attempts.good if good.config != self.wanted), None)
        if before is None or before.plan is None or self.serves_wanted:
            return None
        plans = (before.plan, self.plan)
        fits = all(len(made.variants) == 1 and not made.serverless for made in plans)
        barred = before.config in self.world.revoked or self.fails(before.config)
        return before if fits and not barred else None

    @property
    def trial(self) -> Plan | None:
        """The candidate beside that, until it is promoted or sent back."""
        stable, progress = self.stable, self.progress
        if stable is None or stable.plan is None or self.plan is None:
            return None
        if progress and progress.ended:
            return None
        return beside(stable.plan, self.plan)

    @property
    def tries(self) -> bool:
        """Whether what serves is the candidate beside what it shall replace."""
        trial = self.trial
        return (
            trial is not None and self.endpoint is not None and self.endpoint.serves(trial.config)
        )

    @property
    def progress(self) -> Progress | None:
        """How far the rollout of what is wanted has come."""
        found = self.world.progress
        mine = found and (found.generation, found.config) == (self.desired.generation, self.wanted)
        return found if mine else None

    def probe(self, config: str) -> Probed | None:
        """What the probes of this generation said of a config."""
        return self.world.probes.of(config, self.desired.generation)

    @property
    def failure(self) -> Probed | None:
        """What the wanted version failed, also if it was registered anew since, under whatever
        names that gave it."""
        for probed in self.world.probes.last:
            made = self.made_of(probed.config)
            kin = self.plan and made and made.asked_keys == self.plan.package_keys
            now = probed.generation == self.desired.generation
            if now and not probed.passed and (kin or probed.config == self.wanted):
                return probed
        return None

    def trouble(self, step: Step) -> Trouble | None:
        """Why a step is not tried now, though it is owed."""
        return next((each for each in self.world.troubles if each.step == key(step)), None)

    def fails(self, config: str) -> bool:
        """Whether a config did not answer its probes when it was last asked."""
        probed = self.world.probes.of(config)
        return probed is not None and not probed.passed

    def made_of(self, config: str) -> Plan | None:
        """What a config is made of: the wanted one, or one that was deployed before."""
        if self.plan and config == self.wanted:
            return self.plan
        trial = self.trial
        if trial and config == trial.config:
            return trial
        found = self.attempts.made_of(config)
        return found.plan if found else None

    def name(self, config: str) -> str:
        """What a person calls a config: the versions in the registry that it serves."""
        good = self.attempts.made_of(config)
        wanted = tuple(package.arn for package in self.packages) if config == self.wanted else ()
        made = self.made_of(config)
        return versions(wanted or (good.packages if good else ()), made) or config

    @property
    def changes(self) -> str:
        """How the wanted version differs from the one released before, as far as files tell."""
        if self.plan is None:
            return ""
        asked_first = self.inspected[: len(self.plan.variants[0].model.containers)]
        return self.attempts.changes(known_of(asked_first), self.wanted)

    @property
    def changed(self) -> str:
        """The same, to be said at a sentence's end."""
        return f"; changed: {self.changes}" if self.changes else ""

    @property
    def watch(self) -> Watch:
        """What shall watch the endpoint."""
        return self.plan.watch if self.plan else UNWATCHED

    @property
    def guarded(self) -> Guarded | None:
        """How SageMaker shall move the traffic of an endpoint at rest to what is wanted, with all
        alarms that send it back; None where it is not its to move, or nothing is to be moved."""
        rollout, live = self.desired.policy.rollout, self.endpoint
        rests = live is not None and live.serves(live.config) and not self.serves_wanted
        if not rests or self.plan is None or not isinstance(rollout, Guarded):
            return None
        if live and self.made_of(live.config) is None and not _are_namesakes(self.plan, live):
            return None  # somebody else's variants are put right, at once
        own = sorted(alarm.name for alarm in self.plan.guards)
        guarded = replace(rollout, alarms=(*own, *rollout.alarms))
        rings = any(seen.rings for seen in self.alarms_of(guarded))
        # Who goes back because an alarm rings does not wait until it is quiet. A model behind a
        # multi-model endpoint is an object, and has no guards.
        return None if not own or (rings and isinstance(self.desired.wish, Rollback)) else guarded

    @property
    def guarding(self) -> tuple[Sighting, ...]:
        """The alarms that send the update back which is owed, as far as they are there."""
        return self.alarms_of(self.guarded) if self.guarded else ()

    def alarms_of(self, guarded: Guarded) -> tuple[Sighting, ...]:
        return tuple(seen for seen in self.world.alarms if seen.name in guarded.alarms)

    @property
    def purges(self) -> bool:
        """Whether versions, data and history are asked to go, too."""
        return isinstance(self.desired.wish, Delete) and self.desired.wish.purge

    def tried(self, config: str) -> Attempt | None:
        return self.attempts.at(self.desired.generation, config)


Rule = Callable[[Case], Step | None]


def _are_namesakes(plan: Plan, live: Endpoint) -> bool:
    """Whether traffic has a variant of the same name to move to."""
    return {each.name for each in plan.variants} == set(live.weights)
