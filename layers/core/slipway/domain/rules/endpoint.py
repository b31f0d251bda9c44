"""What an endpoint owes: to come to rest, to serve an approved version, and to have proven it."""

from slipway.domain.attempts import NO_REASON, Attempt
from slipway.domain.desired import Runner
from slipway.domain.rules.case import Case, Rule
from slipway.domain.steps import (
    Announce,
    AwaitChange,
    Change,
    DeployEndpoint,
    ProbeEndpoint,
    Step,
    Verdict,
    WatchEndpoint,
)
from slipway.domain.watch import Schedule
from slipway.domain.world import Endpoint, EndpointStatus, PackageApproval

VISIBLE_SECONDS = 30
SETTLE_SECONDS = 60
GONE_SECONDS = 30
ENDPOINT_SECONDS = 900
APPROVAL_SECONDS = 86_400
TRIES = 3

# SageMaker's words for troubles of its own: the version is not to blame and may be tried again.
TRANSIENT = ("request to service failed", "insufficientinstancecapacity", "insufficient capacity")


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


RULES: tuple[Rule, ...] = (
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
)
