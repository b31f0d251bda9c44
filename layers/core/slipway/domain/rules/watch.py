"""What watching an endpoint owes: a baseline, a schedule and an alarm, and a word about drift."""

from slipway.domain.plan.watching import baseline
from slipway.domain.rules.case import Case, Rule
from slipway.domain.rules.retreat import hold, rests
from slipway.domain.steps import BuildBaseline, Change, Step, WatchEndpoint
from slipway.domain.watch import Schedule, kind, lacking


def baseline_data_is_missing(case: Case) -> Step | None:
    if case.desired.policy.monitor is None or case.desired.baseline is not None:
        return None
    folder = f"models/{case.desired.deployment}/"
    reason = f"monitor: there is no baseline data; upload {folder}baseline.csv"
    return hold(case, reason)


def baseline_is_unbuilt(case: Case) -> Step | None:
    folder, built = case.plan.baseline if case.plan else None, case.world.baseline
    if folder is None or (built and built.folder == folder):
        return None
    return BuildBaseline(folder, "the data or the model is new, so what is normal may be, too")


def baseline_was_refused(case: Case) -> Step | None:
    built = case.world.baseline
    if not case.watch or built is None or built.refused is None:
        return None
    return hold(case, f"monitor: baseline refused: {built.refused}")


def watch_is_not_as_wanted(case: Case) -> Step | None:
    wanted, found = case.watch, case.world.watch
    if wanted == found:
        return None
    if not wanted:
        return WatchEndpoint(Change.DELETE, f"nobody wants {_what(case)} any more")
    if not found:
        return WatchEndpoint(Change.CREATE, f"there is no {_what(case)} yet")
    return WatchEndpoint(Change.UPDATE, f"{_what(case)} is not as it is wanted")


def _what(case: Case) -> str:
    return "watch, or schedule to run by," if case.desired.is_batch else "watch of the endpoint"


def requests_have_drifted(case: Case) -> Step | None:
    drift = case.world.drift
    if drift is None or not case.drifted:
        return None
    reason = f"drift: {drift.violations} violations of the baseline, since {drift.since}"
    return hold(case, f"{reason}; upload a new model or new baseline data")


def unless_unwatched(case: Case, step: Step) -> Step:
    """The step or, where a release would rest, what watches what serves and somebody deleted:
    whatever holds the release, drift goes on."""
    live = case.endpoint
    serves = live is not None and live.serves(live.config)
    if not rests(step) or case.desired.leaves or not (serves or case.desired.is_batch):
        return step
    return baseline_was_lost(case) or watch_was_lost(case) or step


def baseline_was_lost(case: Case) -> Step | None:
    # It is made anew of the data that is wanted now; of other data it would be another one.
    live, schedules = case.endpoint, (s for s in case.world.watched if isinstance(s, Schedule))
    good = case.attempts.release(live.config) if live else None
    folder = next((schedule.baseline for schedule in schedules), None)
    if case.world.baseline is not None or good is None or good.plan is None or folder is None:
        return None
    if baseline(case.desired, good.plan.variants[0].model.package_key) != folder:
        return None
    return BuildBaseline(folder, "somebody deleted the baseline that what serves is held against")


def watch_was_lost(case: Case) -> Step | None:
    lost = lacking(case.world.watched, case.world.watch)
    if not lost:
        return None
    names = ", ".join(sorted(f"{kind(part)[0].lower()} {part.name}" for part in lost))
    return WatchEndpoint(Change.RESTORE, f"somebody deleted the {names}; made again")


RULES: tuple[Rule, ...] = (
    baseline_data_is_missing,
    baseline_is_unbuilt,
    baseline_was_refused,
    watch_is_not_as_wanted,
    requests_have_drifted,
)
