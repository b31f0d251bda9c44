"""What comes before any other change: the endpoint is at rest, seen as it is, and whole."""

from slipway.domain.rules.case import Case, Rule
from slipway.domain.rules.verdict import held
from slipway.domain.steps import AwaitChange, Change, DeployEndpoint, RegisterModel, Step
from slipway.domain.world import EndpointStatus

VISIBLE_SECONDS = 30
SETTLE_SECONDS = 60
GONE_SECONDS = 30
ENDPOINT_SECONDS = 900


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


def what_serves_lacks_a_part(case: Case) -> Step | None:
    # SageMaker updates no endpoint whose own config is gone: made again, it goes on.
    live, missing = case.endpoint, case.world.missing
    if live is None or live.status == EndpointStatus.FAILED or not missing:
        return None
    lost = f"somebody deleted the {missing} of {live.config}, which serves"
    tried = case.tried(live.config)
    if case.made_of(live.config) is None or (tried and tried.refused):
        why = f": {tried.refused}" if tried and tried.refused else ", and it is not Slipway's"
        remedy = f"delete the endpoint {live.name}, and the next release makes it anew"
        return held(case, f"{lost}{why}; it cannot be updated any more: {remedy}")
    return DeployEndpoint(Change.RESTORE, live.config, f"{lost}; it is made again")


def bytes_are_gone(case: Case) -> Step | None:
    # A container that starts later, on another instance, would find nothing to load.
    gone = case.world.unpinned
    return RegisterModel(f"somebody deleted {gone}; it is copied again") if gone else None


RULES: tuple[Rule, ...] = (
    earlier_call_may_still_land,
    endpoint_is_in_motion,
    change_is_not_visible_yet,
    what_serves_lacks_a_part,
    bytes_are_gone,
)
