"""The step of a release that starts, stops and ends tasks."""

from dataclasses import replace

from slipway.domain import naming
from slipway.domain.errors import Refused
from slipway.domain.steps import Deed, RunTask, name
from slipway.domain.task import Program, Sight, TaskDue, TaskPolicy, TaskRun
from slipway.looking import Look, change, look
from slipway.ports import Ports
from slipway.stepping import Task, stoppable

NEVER = "it was never started"
FORGOTTEN = "ECS does not know it any more"


@stoppable
def run_task(ports: Ports, task: Task) -> str:
    """Do what a task owes, if it still is owed."""
    found = look(ports, ports.ledger.load(task.deployment).under(task.fence))
    step, going = found.step, found.record.tasks.going
    if not isinstance(step, RunTask):
        return f"not needed any more; now {name(step)}"
    if step.deed == Deed.START:
        return _start(ports, task, found)
    if going is None:
        return "not needed any more; it was told"
    if step.deed == Deed.STOP:
        return _stop(ports, task, going)
    return _end(ports, task, going, found.world.task)


def _start(ports: Ports, task: Task, found: Look) -> str:
    run = found.record.tasks.going or _begun(ports, task, found)
    if run is None:
        return "not needed any more; nothing is due"
    try:
        run = _defined(ports, task, run)
        arn = ports.fargate.start(run.definition, run.token)
    except Refused as refusal:
        _write(ports, task, replace(run, over=True, reason=f"refused: {refusal}"))
        return f"refused: {refusal}"
    _write(ports, task, replace(run, arn=arn))
    return f"task {run.number} runs {run.version}"


def _begun(ports: Ports, task: Task, found: Look) -> TaskRun | None:
    """The task that is due, on the record."""
    tasks, runner, policy = found.record.tasks, found.case.runner, found.case.desired.policy.task
    if not tasks.due or runner is None or runner.plan is None or policy is None:
        return None
    due, container = tasks.due[0], runner.plan.models[0].containers[0]
    told = {
        "SLIPWAY_MODEL_URI": container.model_data_url,
        "SLIPWAY_MODEL_SHA256": runner.digests[0],
    }
    program = _program(policy, due, container.image, {**container.environment})
    run = TaskRun(
        number=tasks.number,
        due=due,
        config=runner.config,
        version=found.case.name(runner.config),
        token=naming.task_token(ports.site, task.deployment, due.id),
        program=replace(program, environment={**program.environment, **told}),
        at=ports.clock(),
    )
    _write(ports, task, run)
    return run


def _program(policy: TaskPolicy, due: TaskDue, image: str, own: dict[str, str]) -> Program:
    return Program(
        image=policy.image or image,
        command=due.command or policy.command,
        cpu=policy.cpu,
        memory_mb=policy.memory_mb,
        environment={**own, **policy.environment},
    )


def _defined(ports: Ports, task: Task, run: TaskRun) -> TaskRun:
    """The task with its definition, on the record before it is started: ECS starts it once for its
    token where it is asked for the same."""
    if run.definition:
        return run
    family = naming.endpoint_name(ports.site, task.deployment)
    defined = replace(run, definition=ports.fargate.define(family, run.program))
    _write(ports, task, defined)
    return defined


def _stop(ports: Ports, task: Task, run: TaskRun) -> str:
    """Stop the task, also where whoever started it never wrote down what it is called."""
    arn = run.arn or ports.fargate.started(run.token)
    if not arn:
        return _end(ports, task, run, None)
    _write(ports, task, replace(run, arn=arn))
    ports.fargate.stop(arn, f"{task.deployment} is asked to go")
    return f"stop of task {run.number} accepted"


def _end(ports: Ports, task: Task, run: TaskRun, seen: Sight | None) -> str:
    """Write down what came of it, and tell."""
    if not run.over:
        run = _concluded(ports, run, seen)
        _write(ports, task, run)
    ports.fargate.retire(naming.endpoint_name(ports.site, task.deployment))
    _tell(ports, task.deployment, run)
    # What it was told is on no record for ever: fifty of them are kept in one item of the ledger.
    known = replace(run.program, environment={})
    _write(ports, task, replace(run, told=True, program=known))
    return f"task {run.number}: {run.words}"


def _concluded(ports: Ports, run: TaskRun, seen: Sight | None) -> TaskRun:
    if seen is None:
        reason = FORGOTTEN if run.arn else NEVER
        return replace(run, over=True, reason=reason, ended=ports.clock())
    said = f"exit code {seen.code}" if seen.code is not None else ""
    usual = "Essential container in task exited"  # which the code says better
    reason = "; ".join(filter(None, (said, "" if said and seen.reason == usual else seen.reason)))
    ended = seen.ended or ports.clock()
    return replace(run, over=True, code=seen.code, reason=reason, ended=ended)


def _tell(ports: Ports, deployment: str, run: TaskRun) -> None:
    detail = {"deployment": deployment, "number": run.number, "status": run.state}
    ports.bus.put("Task Run", {**detail, "exit_code": run.code, "reason": run.reason})
    command = " ".join(run.program.command) or "the image's own command"
    told = f"{run.words}\n\nIt ran {command} with {run.version}."
    subject = f"{deployment}: task {run.number} {run.state}"
    ports.announcements.tell_news(deployment, "Task", subject, told)


def _write(ports: Ports, task: Task, run: TaskRun) -> None:
    now = ports.clock()
    change(
        ports,
        task.deployment,
        lambda r: replace(r.under(task.fence).touched(now), tasks=r.tasks.having(run)),
    )
