"""The decision: what a release owes next, argued from what is wanted, seen and tried.

Read RULES from the top: each names one condition, and the first that holds names the step.
Nothing here does anything. Whoever is told a step makes one change, looks, and asks again.
"""

from collections.abc import Callable
from dataclasses import dataclass

from slipway.domain.attempts import NO_REASON, Attempt, Attempts
from slipway.domain.desired import Approval, Desired, OnViolation, Runner
from slipway.domain.plan import Plan
from slipway.domain.steps import (
    Announce,
    AwaitChange,
    BuildBaseline,
    Change,
    DeployEndpoint,
    InspectArtifact,
    ProbeEndpoint,
    RegisterModel,
    Step,
    Verdict,
    WatchEndpoint,
)
from slipway.domain.watch import UNWATCHED, Schedule, Watch
from slipway.domain.world import Endpoint, EndpointStatus, PackageApproval, World

VISIBLE_SECONDS = 30
SETTLE_SECONDS = 60
GONE_SECONDS = 30
ENDPOINT_SECONDS = 900
APPROVAL_SECONDS = 86_400
TRIES = 3

# SageMaker's words for troubles of its own: the version is not to blame and may be tried again.
TRANSIENT = ("request to service failed", "insufficientinstancecapacity", "insufficient capacity")


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


def decide(desired: Desired, world: World, attempts: Attempts, plan: Plan | None) -> Step:
    """The first step still owed; an Announce when nothing is."""
    case = Case(desired, world, attempts, plan)
    return next(step for rule in RULES if (step := rule(case)) is not None)


def manifest_is_unusable(case: Case) -> Step | None:
    return Announce(Verdict.HELD, case.desired.problem) if case.desired.problem else None


def nothing_was_uploaded(case: Case) -> Step | None:
    if case.desired.artifact is not None:
        return None
    return Announce(Verdict.HELD, f"no artifact under models/{case.desired.deployment}/ yet")


def artifact_is_unknown(case: Case) -> Step | None:
    if case.inspected or case.desired.artifact is None:
        return None
    return InspectArtifact(f"{case.desired.artifact.uri} has not been inspected")


def artifact_was_refused(case: Case) -> Step | None:
    inspected = case.world.inspected
    if inspected is None or inspected.refused is None:
        return None
    return Announce(Verdict.HELD, f"artifact refused: {inspected.refused}")


def no_image_runs_it(case: Case) -> Step | None:
    if case.plan is not None:
        return None
    found = case.world.inspected
    return Announce(Verdict.HELD, f"no image: {found.no_image if found else 'not inspected'}")


def version_is_unregistered(case: Case) -> Step | None:
    if case.approval is not None:
        return None
    return RegisterModel("the model registry has no version of this artifact and container")


def approval_is_automatic(case: Case) -> Step | None:
    waits = case.approval == PackageApproval.PENDING
    if waits and case.desired.policy.approval == Approval.AUTOMATIC:
        return RegisterModel("the version waits for an approval that the manifest gives")
    return None


def earlier_call_may_still_land(case: Case) -> Step | None:
    if not case.world.unsettled:
        return None
    return AwaitChange(SETTLE_SECONDS, "a call of the release before this one may still land")


def endpoint_is_in_motion(case: Case) -> Step | None:
    live = case.endpoint
    if live is None or not live.in_motion:
        return None
    # Nobody reports that an endpoint is gone.
    soon = live.status == EndpointStatus.DELETING
    return AwaitChange(GONE_SECONDS if soon else ENDPOINT_SECONDS, f"{live.name} is {live.status}")


def change_is_not_visible_yet(case: Case) -> Step | None:
    # Whose change it was does not matter: a generation that was superseded made some, too.
    live = case.endpoint
    if live is None or not any(tried.is_unseen_on(live) for tried in case.attempts.made):
        return None
    return AwaitChange(VISIBLE_SECONDS, f"the last change of {live.name} is not visible yet")


def version_awaits_approval(case: Case) -> Step | None:
    if case.approval != PackageApproval.PENDING:
        return None
    return AwaitChange(APPROVAL_SECONDS, "the model version waits for a person's approval")


def version_was_rejected(case: Case) -> Step | None:
    if case.approval != PackageApproval.REJECTED:
        return None
    return retreat(case, "the model version was rejected in the registry")


def failed_endpoint_is_watched(case: Case) -> Step | None:
    # An endpoint that a monitoring schedule of SageMaker's is attached to cannot be deleted.
    live = case.endpoint
    if live is None or live.status != EndpointStatus.FAILED:
        return None
    runners = {part.runner for part in case.world.watch if isinstance(part, Schedule)}
    if Runner.SAGEMAKER not in runners:
        return None
    return WatchEndpoint(Change.DELETE, f"{live.name} is Failed, and its schedule keeps it")


def endpoint_failed(case: Case) -> Step | None:
    live = case.endpoint
    if live is None or live.status != EndpointStatus.FAILED:
        return None
    tried = case.tried(live.config)
    if tried and not _may_repeat(tried):
        return retreat(case, f"{live.config} could not be created: {tried.refused}")
    return DeployEndpoint(Change.DELETE, case.wanted, f"{live.name} is Failed: {live.failure}")


def probes_failed(case: Case) -> Step | None:
    failure = case.probe_failure
    if failure is None:
        return None
    reason = f"probe failed: {failure}"
    released_before = any(good.config == case.wanted for good in case.attempts.good)
    return Announce(Verdict.HELD, reason) if released_before else retreat(case, reason)


def endpoint_is_absent(case: Case) -> Step | None:
    if case.endpoint is not None:
        return None
    tried = case.tried(case.wanted)
    if tried and not _may_try(tried, None):
        return retreat(case, f"{case.wanted} could not be deployed: {tried.refused}")
    # A create that is not visible yet is answered "already existing", so asking again is safe.
    return DeployEndpoint(Change.CREATE, case.wanted, "there is no endpoint yet")


def wanted_was_rolled_back(case: Case) -> Step | None:
    # InService is not success: after an automatic rollback the endpoint is InService with the
    # config it had before. A version that went that way is never tried again.
    live, tried = case.endpoint, case.tried(case.wanted)
    if live is None or tried is None or case.serves_wanted or _may_try(tried, live):
        return None
    reason = f"{case.wanted} was rolled back: {tried.refused or NO_REASON}"
    if live.status == EndpointStatus.UPDATE_ROLLBACK_FAILED:
        # A mix of old and new serves; only another update ends that.
        return retreat(case, reason)
    return Announce(Verdict.HELD, reason, live.config)


def endpoint_serves_something_else(case: Case) -> Step | None:
    live = case.endpoint
    if live is None or case.serves_wanted:
        return None
    reason = f"{live.name} is {live.status} with {live.config}, wanted is {case.wanted}"
    return DeployEndpoint(Change.UPDATE, case.wanted, reason)


def wanted_is_unproven(case: Case) -> Step | None:
    # A 200 on /ping does not prove that the model loaded.
    if case.probe_passed:
        return None
    return ProbeEndpoint(case.wanted, f"{case.wanted} serves, but has not been probed")


def baseline_data_is_missing(case: Case) -> Step | None:
    if case.desired.policy.monitor is None or case.desired.baseline is not None:
        return None
    folder = f"models/{case.desired.deployment}/"
    reason = f"monitor: there is no baseline data; upload {folder}baseline.csv"
    return Announce(Verdict.HELD, reason, case.wanted)


def baseline_is_unbuilt(case: Case) -> Step | None:
    folder, built = case.plan.baseline if case.plan else None, case.world.baseline
    if folder is None or (built and built.folder == folder):
        return None
    return BuildBaseline(folder, "the data or the model is new, so what is normal may be, too")


def baseline_was_refused(case: Case) -> Step | None:
    built = case.world.baseline
    if not case.watch or built is None or built.refused is None:
        return None
    return Announce(Verdict.HELD, f"monitor: baseline refused: {built.refused}", case.wanted)


def watch_is_not_as_wanted(case: Case) -> Step | None:
    wanted, found = case.watch, case.world.watch
    if wanted == found:
        return None
    if not wanted:
        return WatchEndpoint(Change.DELETE, "the endpoint is watched, which nobody wants any more")
    if not found:
        return WatchEndpoint(Change.CREATE, "nothing watches the endpoint yet")
    return WatchEndpoint(Change.UPDATE, "what watches the endpoint is not as it is wanted")


def requests_have_drifted(case: Case) -> Step | None:
    monitor, drift = case.desired.policy.monitor, case.world.drift
    if monitor is None or monitor.on_violation != OnViolation.HOLD:
        return None
    if drift is None or not drift.since or drift.generation != case.desired.generation:
        return None
    reason = f"drift: {drift.violations} violations of the baseline, since {drift.since}"
    return Announce(Verdict.HELD, f"{reason}; upload a new model or new baseline data", case.wanted)


def nothing_is_owed(case: Case) -> Step:
    return Announce(Verdict.RELEASED, f"{case.wanted} serves and passed its probes", case.wanted)


RULES: tuple[Callable[[Case], Step | None], ...] = (
    manifest_is_unusable,
    nothing_was_uploaded,
    artifact_is_unknown,
    artifact_was_refused,
    no_image_runs_it,
    version_is_unregistered,
    approval_is_automatic,
    earlier_call_may_still_land,
    endpoint_is_in_motion,
    change_is_not_visible_yet,
    version_awaits_approval,
    version_was_rejected,
    failed_endpoint_is_watched,
    endpoint_failed,
    probes_failed,
    endpoint_is_absent,
    wanted_was_rolled_back,
    endpoint_serves_something_else,
    wanted_is_unproven,
    baseline_data_is_missing,
    baseline_is_unbuilt,
    baseline_was_refused,
    watch_is_not_as_wanted,
    requests_have_drifted,
    nothing_is_owed,
)


def retreat(case: Case, reason: str) -> Step:
    """Go back to what was released last before the wanted config, or hold where that is not to
    be had."""
    live, failures = case.endpoint, ""
    for target in (good.config for good in case.attempts.good if good.config != case.wanted):
        if live and live.serves(target):
            return Announce(Verdict.HELD, f"{reason}; {target} serves", target)
        tried = case.tried(target)
        if tried is None or _may_try(tried, live):
            return DeployEndpoint(_way_to(live), target, f"{reason}; going back to {target}")
        failures += f"; going back to {target} failed: {tried.refused or NO_REASON}"
    nowhere = "; there is no earlier release to go back to"
    return Announce(Verdict.HELD, f"{reason}{failures or nowhere}")


def _way_to(live: Endpoint | None) -> Change:
    if live is None:
        return Change.CREATE
    # Failed allows DeleteEndpoint and nothing else; nothing is served that could be lost.
    return Change.DELETE if live.status == EndpointStatus.FAILED else Change.UPDATE


def _may_try(tried: Attempt, live: Endpoint | None) -> bool:
    """Whether a change that was tried before may be made (again) on an endpoint at rest."""
    if tried.ended:
        # What served before was changed by hand since.
        return tried.served or _may_repeat(tried)
    return live is None or tried.never_arrived(live.modified_at)


def _may_repeat(tried: Attempt) -> bool:
    failure = (tried.refused or "").lower()
    return tried.number < TRIES and any(words in failure for words in TRANSIENT)
