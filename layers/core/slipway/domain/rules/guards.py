"""What an update by SageMaker owes before it begins: nothing of it may be ignored, and the alarms
that send it back are there, hear something, and do not ring already."""

from collections.abc import Iterable

from slipway.domain.alarms import AlarmState, named
from slipway.domain.rules.case import Case, Rule
from slipway.domain.rules.retreat import hold
from slipway.domain.steps import AwaitChange, Change, Step, WatchEndpoint

JUDGED_SECONDS = 60  # CloudWatch looks at an alarm each minute


def names_of_variants_differ(case: Case) -> Step | None:
    # SageMaker takes no guardrails where a variant's traffic has no namesake to move to.
    guarded, live = case.guarded, case.endpoint
    if guarded is None or live is None or case.plan is None:
        return None
    wanted, found = {each.name for each in case.plan.variants}, set(live.weights)
    if not found or wanted == found:
        return None
    return hold(
        case,
        f"rollout: {guarded.way} needs the variants that serve, {_listed(found)}, and wanted are "
        f"{_listed(wanted)}; keep their names, or say rollout: all_at_once for this once",
    )


def guards_are_missing(case: Case) -> Step | None:
    # Without them SageMaker would never go back.
    if case.guarded is None or case.plan is None or case.plan.guards <= case.world.watch:
        return None
    return WatchEndpoint(
        Change.GUARD, "the alarms that guard the update are not as they are wanted"
    )


def alarm_does_not_exist(case: Case) -> Step | None:
    names = case.guarded.alarms if case.guarded else ()
    seen = named(case.world.alarms, names)
    lost = [name for name in names if name not in seen]
    if not lost:
        return None
    return hold(
        case, f"rollout.alarms: there is no alarm {_listed(lost)}; make it, or leave it out"
    )


def alarm_rings_already(case: Case) -> Step | None:
    # It would send any version back, and blame it for what was there before.
    ringing = [seen for seen in case.guarding if seen.rings]
    if not ringing:
        return None
    told = "; ".join(f"{seen.name}: {seen.reason or 'it rings'}" for seen in ringing)
    return hold(
        case,
        f"rollout: an alarm rings before anything is changed: {told}; it goes on once that is "
        "quiet, or with rollout: all_at_once",
    )


def guard_is_not_judged_yet(case: Case) -> Step | None:
    # Slipway's own take a minute without requests for a good one.
    own = {alarm.name for alarm in case.plan.guards} if case.plan else set()
    unjudged = [seen.name for seen in case.guarding if seen.state == AlarmState.NO_DATA]
    if not own.intersection(unjudged):
        return None
    return AwaitChange(JUDGED_SECONDS, f"{_listed(unjudged)} has not been judged yet")


def alarm_has_no_data(case: Case) -> Step | None:
    deaf = [seen.name for seen in case.guarding if seen.state == AlarmState.NO_DATA]
    if not deaf:
        return None
    return hold(
        case,
        f"rollout.alarms: {_listed(deaf)} has no data, so it could stop nothing; give it a metric "
        "that is counted, or let it treat missing data as notBreaching",
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


RULES: tuple[Rule, ...] = (
    names_of_variants_differ,
    guards_are_missing,
    alarm_does_not_exist,
    alarm_rings_already,
    guard_is_not_judged_yet,
    alarm_has_no_data,
)
