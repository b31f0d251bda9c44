"""What must hold of remedies, whatever came late, twice, never or wrong."""

from itertools import pairwise

from slipway.domain.desired import EndpointTarget
from slipway.domain.remedy import Kind, Outcome, Remedied
from slipway.domain.steps import Verdict

from tests.simulation.stories import ALARM
from tests.simulation.world import ENDPOINT, World

LATE_SECONDS = 1800.0  # two sweeps
MOST = 3  # in a day, which no history lasts
COOLDOWN_SECONDS = 600.0
LENT_SECONDS = COOLDOWN_SECONDS + LATE_SECONDS


def check_remedies(world: World) -> None:
    """At the end: nothing was done more often than it may be, nothing was left undone, and what was
    lent is given back."""
    _check_often(world)
    _check_done(world)
    _check_given_back(world)


def _check_often(world: World) -> None:
    rings = sum(deed.what == "ring" and deed.how == ALARM for deed in world.story.acts)
    done = {
        "scaled out": world.cloud.scaled_out,
        "started": world.starts.asked,
        "rolled back": world.asked_by_remedy,
    }
    for what, count in done.items():
        if count > min(rings, MOST):
            world.wrong(f"{what} {count} times, for an alarm that rang {rings} times")
    for before, entry in pairwise(sorted(_taken(world), key=lambda entry: entry.at)):
        if entry.since != before.since and entry.at < before.at + COOLDOWN_SECONDS:
            world.wrong(f"{entry} was too soon after {before}")


def _check_done(world: World) -> None:
    """An alarm that rings on has had a remedy, or people know why not."""
    record = world.record()
    settled, policies = record.settled, record.desired.policy.alarms if record.desired else ()
    released = settled is not None and settled.announce.verdict == Verdict.RELEASED
    since = world.alarms.since.get(ALARM, 0.0)
    rings = world.alarms.rings(ALARM) and since < world.scheduler.now - LATE_SECONDS
    if not released or not policies or not rings:
        return
    goes_back = all(cure.kind == Kind.ROLLBACK for policy in policies for cure in policy.cures)
    if not any(entry.since == since for entry in record.remedied):
        world.wrong(f"{ALARM} rings since {since}, and nothing was done: {record.remedied}")
    if not _taken(world) and not goes_back:
        world.wrong(f"{ALARM} rings since {since}, and no remedy was taken: {record.remedied}")
    if any(entry.outcome == Outcome.OPEN or not entry.told for entry in record.remedied):
        world.wrong(f"a remedy has no end: {record.remedied}")


def _taken(world: World) -> list[Remedied]:
    return [entry for entry in world.record().remedied if entry.outcome != Outcome.UNTAKEN]


def _check_given_back(world: World) -> None:
    live, record = world.cloud.truth(ENDPOINT), world.record()
    lent = [e for e in record.remedied if e.cure.kind == Kind.SCALE_OUT and e.counts]
    quiet = not world.alarms.rings(ALARM)
    ended = max([world.alarms.since.get(ALARM, 0.0), *(entry.at for entry in lent)])
    if live and lent and quiet and ended < world.scheduler.now - LENT_SECONDS:
        world.wrong(f"what was scaled out was never given back: {lent}")
    done = [e for e in record.remedied if e.cure.kind == Kind.SCALE_OUT and not e.counts]
    target = record.desired.policy.target if record.desired else None
    if live and done and not lent and isinstance(target, EndpointTarget):
        counts = [each.get("DesiredInstanceCount") for each in live["ProductionVariants"]]
        if counts != [target.instance_count]:
            world.wrong(f"all was given back, and {counts} is left of {target.instance_count}")
