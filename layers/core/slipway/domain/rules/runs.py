"""What the runs of a batch deployment owe, whatever holds a newer version up: one at a time, each
once, with the version that was released last."""

from slipway.domain.batch import Due
from slipway.domain.rules.case import Case, Rule
from slipway.domain.rules.retreat import rests
from slipway.domain.steps import Deed, RunBatch, Step


def unless_a_run_is_owed(case: Case, step: Step) -> Step:
    """The step or, once nothing else is owed that is not somebody's, what a run owes."""
    if not rests(step) or not case.desired.is_batch or case.desired.leaves:
        return step
    return next((owed for rule in RULES if (owed := rule(case))), step)


def job_is_not_there(case: Case) -> Step | None:
    # It was written down first: whoever did was stopped before the job was made.
    going = case.world.runs.going
    if going is None or going.is_over or case.world.job is not None:
        return None
    return RunBatch(Deed.START, going.due.id, f"run {going.number} has no job yet")


def run_is_over(case: Case) -> Step | None:
    going, job = case.world.runs.going, case.world.job
    if going is None or not (going.is_over or (job and job.is_over)):
        return None
    status = going.status or (job and job.status)
    return RunBatch(Deed.END, going.due.id, f"run {going.number} is {status}")


def run_is_due(case: Case) -> Step | None:
    due = next_due(case)
    if case.world.runs.going or due is None or case.runner is None or case.drifted:
        return None
    return RunBatch(Deed.START, due.id, f"a run is due: {due.why}")


def next_due(case: Case) -> Due | None:
    """What is due first: what was asked for, then what has arrived."""
    asked, batch, arrived = case.world.runs.due, case.desired.policy.batch, case.world.arrived
    if asked:
        return asked[0]
    if batch is None or not batch.on_upload or arrived is None:
        return None
    more = f" and {arrived.count - 1} more" if arrived.count > 1 else ""
    return Due(arrived.id, f"{arrived.first}{more} arrived")


RULES: tuple[Rule, ...] = (job_is_not_there, run_is_over, run_is_due)
