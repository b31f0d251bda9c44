"""What a deployment owes that was asked to go: to be taken down in the order the services demand,
and nothing else's with it. And what every deployment owes: to leave nothing lying about."""

from slipway.domain.attempts import KEPT
from slipway.domain.batch import JobStatus
from slipway.domain.footprint import superfluous
from slipway.domain.rules.case import Case, Rule
from slipway.domain.rules.rest import (
    GONE_SECONDS,
    change_is_not_visible_yet,
    earlier_call_may_still_land,
    endpoint_is_in_motion,
)
from slipway.domain.rules.tasks import task_is_under_way
from slipway.domain.scaling import UNSCALED
from slipway.domain.steps import (
    Announce,
    AwaitChange,
    Change,
    CleanUp,
    Deed,
    DeployEndpoint,
    RunBatch,
    ScaleEndpoint,
    Step,
    Verdict,
    WatchEndpoint,
)
from slipway.domain.wish import Delete


def people_know_that_it_is_gone(case: Case) -> Step | None:
    # Whatever has its names since then is somebody else's.
    return _gone(case) if case.world.deleted else None


def run_is_under_way(case: Case) -> Step | None:
    going, job = case.world.runs.going, case.world.job
    if going is None:
        return None
    said = f"run {going.number} is under way, and it is asked to go"
    if job is None or job.is_over or going.is_over:
        return RunBatch(Deed.END, going.due.id, said)
    if job.status == JobStatus.STOPPING:
        return AwaitChange(GONE_SECONDS, f"run {going.number} is {job.status}")
    return RunBatch(Deed.STOP, going.due.id, said)


def endpoint_is_still_watched(case: Case) -> Step | None:
    # An endpoint that a monitoring schedule of SageMaker's is attached to cannot be deleted.
    if not case.world.watch:
        return None
    return WatchEndpoint(Change.DELETE, "it is asked to go, and is still watched")


def endpoint_is_still_scaled(case: Case) -> Step | None:
    # Deleting an endpoint deregisters nothing: its policies and their alarms would stay.
    if not case.world.scaling:
        return None
    return ScaleEndpoint(Change.DELETE, UNSCALED, "it is asked to go, and is still registered")


def endpoint_is_still_there(case: Case) -> Step | None:
    live = case.endpoint
    if live is None:
        return None
    return DeployEndpoint(Change.DELETE, live.config, f"{live.name} is asked to go")


def something_is_left(case: Case) -> Step | None:
    wish = case.desired.wish
    asked = isinstance(wish, Delete) and wish.purge and not case.world.purged
    purge = wish.at if wish and asked else None
    if not case.world.footprints and purge is None:
        return None
    return CleanUp(case.world.footprints, "what its releases made is asked to go", purge)


def nothing_is_left(case: Case) -> Step:
    return _gone(case)


def earlier_releases_lie_about(case: Case) -> Step | None:
    live = case.endpoint
    before = [good.config for good in case.attempts.good if good.config != case.wanted]
    tried = (attempt.config for attempt in case.attempts.made)
    # What is about to be released takes one of the places that are kept to go back to.
    going = case.world.runs.going
    used = (live.config if live else "", going.config if going else "")
    needed = {case.wanted, *used, *before[: KEPT - 1], *tried}
    old = superfluous(case.world.footprints, needed)
    return CleanUp(old, "nothing goes back to these releases any more") if old else None


def _gone(case: Case) -> Announce:
    kept = "nothing" if case.purges else "nothing but its versions and its history"
    return Announce(Verdict.DELETED, f"it was asked to go, and {kept} is left")


# In place of all other chapters, once a deployment is asked to go.
LEAVING: tuple[Rule, ...] = (
    people_know_that_it_is_gone,
    endpoint_is_in_motion,
    change_is_not_visible_yet,
    endpoint_is_still_watched,
    run_is_under_way,
    task_is_under_way,
    endpoint_is_still_scaled,
    endpoint_is_still_there,
    earlier_call_may_still_land,
    something_is_left,
    nothing_is_left,
)

# After all others, while it is wanted.
RULES: tuple[Rule, ...] = (earlier_releases_lie_about,)
