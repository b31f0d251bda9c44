"""What an alarm owes that rings while everything else is in order: the next remedy of its list, a
look at whether that helped, and a word to people. Nothing is done while anything else is under way,
and one thing at a time."""

from collections.abc import Sequence
from dataclasses import replace
from math import ceil, inf

from slipway.domain.alarms import AlarmState, Sighting
from slipway.domain.remedy import (
    ACTING,
    DAY_MINUTES,
    DRIFT,
    STRENGTH,
    AlarmPolicy,
    Cure,
    Kind,
    Outcome,
    Remedied,
)
from slipway.domain.rules.case import Case, Rule
from slipway.domain.rules.retreat import awaits_somebody
from slipway.domain.rules.verdict import held
from slipway.domain.steps import Announce, AwaitChange, Care, Remedy, Step, Verdict
from slipway.domain.watch import hour

HELP_MINUTES = 10  # until it is seen whether something helped
Ringing = tuple[AlarmPolicy, Sighting]


def unless_an_alarm_rings(case: Case, step: Step) -> Step:
    """The step or, where nothing but a verdict or a person's word is owed, what an alarm owes."""
    if not _rests(case, step):
        return step
    owed = next((found for rule in RULES if (found := rule(case)) is not None), step)
    # What is held already stays held for its own reason.
    held_twice = isinstance(owed, Announce) and not _is_released(step)
    return step if held_twice or case.trouble(owed) else owed


def _is_released(step: Step) -> bool:
    return isinstance(step, Announce) and step.verdict == Verdict.RELEASED


def _rests(case: Case, step: Step) -> bool:
    live = case.endpoint
    if case.tries:  # a candidate, whose rollout is at work or at rest
        return False
    told = isinstance(step, Announce) and step.verdict != Verdict.DELETED
    idle = told or awaits_somebody(step)
    return idle and live is not None and live.serves(live.config) and not live.in_motion


def remedy_is_untold(case: Case) -> Step | None:
    entry = next((entry for entry in case.world.remedied if not entry.told), None)
    return Remedy(Care.TELL, entry, entry.words) if entry else None


def remedy_has_ended(case: Case) -> Step | None:
    entry = _open(case)
    if entry is None:
        return None
    seen = _sighting(case, entry.alarm)
    if seen and seen.state == AlarmState.OK:
        return _note(entry, Outcome.HELPED, f"{entry.alarm} is quiet")
    if _left(case, entry) > 0:
        return None
    if seen is None or not seen.rings:
        # Whoever hears nothing does not know, and takes no stronger remedy for that.
        gone = "has no data" if seen else "is gone"
        return _note(entry, Outcome.UNSEEN, f"{entry.alarm} {gone}, so nobody can tell")
    why = f"{entry.alarm} still rings after {HELP_MINUTES} minutes: {seen.reason}"
    return _note(entry, Outcome.FAILED, why)


def remedy_is_at_work(case: Case) -> Step | None:
    entry = _open(case)
    if entry is None:
        return None
    why = f"whether {entry.cure.words} helps against {entry.alarm} is seen in a while"
    return AwaitChange(ceil(_left(case, entry) * 60 / case.world.minute), why)


def capacity_is_needed_no_more(case: Case) -> Step | None:
    # Of what was added bit by bit, the last comes first.
    for entry in (entry for entry in reversed(case.world.remedied) if entry.counts):
        seen, policy = _sighting(case, entry.alarm), _policy(case, entry.alarm)
        quiet = seen is None or seen.state == AlarmState.OK
        since = max(seen.since if seen else 0.0, entry.at)
        if quiet and _minutes(case, since) >= (policy.cooldown if policy else 0):
            why = f"{entry.alarm} has been quiet since; what was scaled out is given back"
            return Remedy(Care.GIVE_BACK, replace(entry, why=why, told=False), why)
    return None


def alarm_rings(case: Case) -> Step | None:
    due = [(each, cure) for each in _ringing(case) if (cure := _next(case, each)) is not None]
    if not due:
        return None
    (_, seen), cure = max(due, key=lambda pair: STRENGTH.index(pair[1].kind))
    why = f"{seen.name} rings: {seen.reason}"
    outcome = Outcome.OPEN if cure.kind in ACTING else Outcome.DONE
    return Remedy(Care.TAKE, _entry(case, seen, cure, outcome), f"{cure.words}: {why}")


def nothing_is_done_about_it(case: Case) -> Step | None:
    # Whoever is woken by each flap stops listening.
    for policy, seen in _ringing(case):
        mine = _mine(case, seen.name)
        here = any(entry.since == seen.since for entry in mine)
        untaken = [entry.at for entry in mine if entry.outcome == Outcome.UNTAKEN]
        told = any(_minutes(case, at) < policy.cooldown for at in untaken)
        if not here and not told:
            entry = _entry(case, seen, policy.cures[0], Outcome.UNTAKEN)
            why = f"{seen.name} rings again: {seen.reason}"
            return Remedy(Care.NOTE, replace(entry, why=_why_not(case, (policy, seen))), why)
    return None


def deployment_is_held(case: Case) -> Step | None:
    """While it is held, people decide what becomes of it."""
    for entry in case.world.remedied:
        if entry.cure.kind == Kind.HOLD and entry.generation == case.desired.generation:
            remedy = f"`slipway sync {case.desired.deployment} --again` lets it go"
            return held(case, f"{entry.alarm} rang: {entry.why}; {remedy}")
    return None


def _note(entry: Remedied, outcome: Outcome, why: str) -> Remedy:
    return Remedy(Care.NOTE, entry.ended(outcome, why), f"{entry.cure.words} {outcome}: {why}")


def _next(case: Case, ringing: Ringing) -> Cure | None:
    """The remedy whose turn it is, if any is."""
    policy, seen = ringing
    taken = [e for e in _mine(case, seen.name) if e.outcome != Outcome.UNTAKEN]
    here = [entry.cure for entry in taken if entry.since == seen.since]
    if not here and (_cools(case, policy, taken) or _is_too_often(case, policy, taken)):
        return None
    left = (cure for cure in policy.cures if cure not in here)
    return next((cure for cure in left if not _bars(case, seen, cure)), None)


def _cools(case: Case, policy: AlarmPolicy, taken: Sequence[Remedied]) -> bool:
    return any(_minutes(case, entry.at) < policy.cooldown for entry in taken)


def _is_too_often(case: Case, policy: AlarmPolicy, taken: Sequence[Remedied]) -> bool:
    return sum(_minutes(case, entry.at) < DAY_MINUTES for entry in taken) >= policy.most


def _bars(case: Case, seen: Sighting, cure: Cure) -> str:
    """Why a remedy cannot be taken; "" where it can."""
    if cure.kind == Kind.ROLLBACK:
        return _bars_rollback(case, seen)
    if cure.kind == Kind.SCALE_OUT and not _more(case, seen.name, cure):
        return f"there are {cure.up_to} instances, the most that it may be scaled out to"
    if cure.kind == Kind.REPLACE and not case.serves_wanted:
        return "what serves is not what is wanted"
    return ""


def _bars_rollback(case: Case, seen: Sighting) -> str:
    live = case.endpoint.config if case.endpoint else ""
    if seen.since < _deployed_at(case, seen):
        return "it rang before what serves was deployed, which is not to blame"
    if all(good.config == live for good in case.attempts.good):
        return "there is no earlier release to go back to"
    return ""


def _deployed_at(case: Case, seen: Sighting) -> float:
    """When what serves came, before it was replaced by itself because of this alarm."""
    mine = (e for e in _mine(case, seen.name) if e.cure.kind == Kind.REPLACE)
    replaced = min((entry.at for entry in mine if entry.since == seen.since), default=inf)
    came = (made.at for made in case.attempts.made if made.served and made.at < replaced)
    return max(came, default=0.0)


def _why_not(case: Case, ringing: Ringing) -> str:
    policy, seen = ringing
    taken = [e for e in _mine(case, seen.name) if e.outcome != Outcome.UNTAKEN]
    if _is_too_often(case, policy, taken):
        return f"something was done about it {len(taken)} times in a day already: {seen.reason}"
    if _cools(case, policy, taken):
        return f"something was done about it within {policy.cooldown} minutes: {seen.reason}"
    barred = "; ".join(_bars(case, seen, cure) for cure in policy.cures)
    return f"{barred}: {seen.reason}"


def _more(case: Case, alarm: str, cure: Cure) -> tuple[tuple[str, int, int], ...]:
    """The instances of each variant that an alarm is about, before and after it is scaled out."""
    counts = case.endpoint.counts if case.endpoint else {}
    about = [name for name in counts if f".{name}." in alarm] or [*counts]
    wanted = ((name, counts[name], min(counts[name] + cure.by, cure.up_to)) for name in about)
    return tuple((name, before, after) for name, before, after in wanted if after > before)


def _entry(case: Case, seen: Sighting, cure: Cure, outcome: Outcome) -> Remedied:
    counts = _more(case, seen.name, cure) if cure.kind == Kind.SCALE_OUT else ()
    taken = outcome != Outcome.UNTAKEN
    return Remedied(
        seen.name,
        seen.since,
        cure,
        case.desired.generation,
        seen.reason,
        outcome,
        counts=counts if taken else (),
    )


def _policies(case: Case) -> list[tuple[str, AlarmPolicy]]:
    """The alarms that something is done about, by their names."""
    if case.plan is None or case.desired.is_member:
        return []
    variants = tuple(variant.name for variant in case.plan.variants)
    policies = case.desired.policy.alarms
    return [(name, each) for each in policies for name in each.names(case.plan.endpoint, variants)]


def _policy(case: Case, alarm: str) -> AlarmPolicy | None:
    return next((policy for name, policy in _policies(case) if name == alarm), None)


def _ringing(case: Case) -> list[Ringing]:
    found = ((policy, _sighting(case, name)) for name, policy in _policies(case))
    return [(policy, seen) for policy, seen in found if seen and seen.rings]


def _sighting(case: Case, alarm: str) -> Sighting | None:
    if alarm == DRIFT:
        return _drift(case)
    return next((seen for seen in case.world.alarms if seen.name == alarm), None)


def _drift(case: Case) -> Sighting | None:
    """Drift of what is served now, as an alarm: it rings from the first window on that has it."""
    drift = case.world.drift
    if drift is None or drift.generation != case.desired.generation:
        return None
    if not drift.since:
        return Sighting(DRIFT, AlarmState.OK, drift.at)
    reason = f"{drift.violations} violations of the baseline, since {drift.since}"
    return Sighting(DRIFT, AlarmState.ALARM, hour(drift.since), reason)


def _mine(case: Case, alarm: str) -> list[Remedied]:
    return [entry for entry in case.world.remedied if entry.alarm == alarm]


def _open(case: Case) -> Remedied | None:
    return next((e for e in case.world.remedied if e.outcome == Outcome.OPEN), None)


def _left(case: Case, entry: Remedied) -> float:
    """How many seconds it still takes until it is seen whether a remedy helped."""
    rested = case.endpoint.modified_at if case.endpoint else 0.0
    return max(entry.at, rested) + HELP_MINUTES * case.world.minute - case.world.at


def _minutes(case: Case, since: float) -> float:
    return (case.world.at - since) / case.world.minute


RULES: tuple[Rule, ...] = (
    remedy_is_untold,
    remedy_has_ended,
    remedy_is_at_work,
    capacity_is_needed_no_more,
    alarm_rings,
    nothing_is_done_about_it,
    deployment_is_held,
)
