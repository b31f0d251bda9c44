"""What the tasks of a deployment owe, whatever holds a newer version up: one at a time, each once,
with the version that was released last. A task needs the bytes of its version and nothing that it
was deployed as, so what goes with old releases is none of its."""

from slipway.domain.rules.case import Case, Rule
from slipway.domain.rules.rest import GONE_SECONDS, SETTLE_SECONDS
from slipway.domain.rules.retreat import rests
from slipway.domain.steps import AwaitChange, Deed, RunTask, Step
from slipway.domain.task import DESCRIBED_SECONDS


def unless_a_task_is_owed(case: Case, step: Step) -> Step:
    """The step or, once nothing else is owed that is not somebody's, what a task owes."""
    if not rests(step) or case.desired.leaves:
        return step
    return next((owed for rule in RULES if (owed := rule(case))), step)


def task_is_not_there(case: Case) -> Step | None:
    # It was written down first: whoever did was stopped before ECS was asked, or answered.
    going = case.world.tasks.going
    if going is None or going.over or going.arn:
        return None
    return RunTask(Deed.START, going.due.id, f"task {going.number} is not started yet")


def task_is_over(case: Case) -> Step | None:
    going, seen = case.world.tasks.going, case.world.task
    if going is None or not (going.over or (seen and seen.is_over) or is_forgotten(case)):
        return None
    return RunTask(Deed.END, going.due.id, f"task {going.number} is over")


def task_is_due(case: Case) -> Step | None:
    tasks = case.world.tasks
    if tasks.going or not tasks.due or case.runner is None or case.desired.policy.task is None:
        return None
    return RunTask(Deed.START, tasks.due[0].id, "somebody asked for a task")


def is_forgotten(case: Case) -> bool:
    """Whether ECS does not know a task any more that it started."""
    going = case.world.tasks.going
    if going is None or not going.arn or case.world.task is not None:
        return False
    return case.world.at >= going.at + DESCRIBED_SECONDS


def task_is_under_way(case: Case) -> Step | None:
    """What it takes to end a task whose deployment is asked to go."""
    going, seen = case.world.tasks.going, case.world.task
    if going is None:
        return None
    said = f"task {going.number} is under way, and it is asked to go"
    if task_is_over(case):
        return RunTask(Deed.END, going.due.id, said)
    if case.world.unsettled and not going.arn:
        return AwaitChange(SETTLE_SECONDS, f"task {going.number} may still be started")
    if going.arn and seen is None:
        return AwaitChange(GONE_SECONDS, f"task {going.number} is not visible yet")
    if seen and seen.stopping:
        return AwaitChange(GONE_SECONDS, f"task {going.number} is stopping")
    return RunTask(Deed.STOP, going.due.id, said)


RULES: tuple[Rule, ...] = (task_is_not_there, task_is_over, task_is_due)
