"""What must hold of the tasks of a deployment when everything has come to rest."""

from slipway.domain.task import TaskRun
from slipway.looking import look

from tests.simulation.contents import disqualified
from tests.simulation.world import SITE, World


def check_tasks(world: World) -> None:
    """Each task was started once, with a version that can answer, and told; nothing is left."""
    record, fargate = world.record(), world.fargate
    tasks = record.tasks
    for run in tasks.last:
        _check_run(world, run)
    asked = sum(act.what == "task" for act in world.story.acts)
    if len(fargate.tasks) > asked:
        world.wrong(f"{len(fargate.tasks)} tasks were started, where {asked} were asked for")
    known = {run.token for run in tasks.last}
    if record.version and not record.is_deleted and fargate.tokens.keys() - known:
        world.wrong(f"{fargate.tokens} were started, and {known} are known")
    waits = record.desired and record.desired.policy.task and tasks.due
    if tasks.going or (waits and look(world.ports, record).case.runner):
        world.wrong(f"at rest, and {tasks.going or tasks.due} is left")
    left = [arn for arn, seen in fargate.tasks.items() if not seen.is_over]
    if left or fargate.active:
        world.wrong(f"at rest, and {left or fargate.active} is left on ECS")


def _check_run(world: World, run: TaskRun) -> None:
    told = [subject for subject, _ in world.announcements.news if f"task {run.number} " in subject]
    if not told or (len(told) > 1 and world.is_faultless):
        world.wrong(f"task {run.number} was told {len(told)} times")
    if run.token in world.fargate.tokens and not run.arn:
        world.wrong(f"task {run.number} was started, and nobody knows its name")
    if not run.definition:
        return
    told = world.fargate.programs[run.definition].environment
    key = told["SLIPWAY_MODEL_URI"].removeprefix(f"s3://{SITE.bucket}/")
    content = world.bucket.pinned.get(key)
    if content is not None and disqualified(content):
        world.wrong(f"task {run.number} was run with {content!r}")
