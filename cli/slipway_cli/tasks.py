"""`slipway task` and `slipway tasks`: a task of a released version, and what came of them all."""

from dataclasses import asdict
from typing import Annotated

import typer
from slipway.domain.naming import checked_deployment
from slipway.domain.record import Record
from slipway.domain.steps import RunTask
from slipway.domain.task import TaskRun
from slipway.task_wishes import checked

from slipway_cli import screen, stack, target
from slipway_cli.failures import Exit, Problem
from slipway_cli.follow import Patience, TimeLine, shown_on, wait_for
from slipway_cli.stack import Stack

LATE = "It goes on without you; `slipway tasks` shows how it stands."


def task(
    ctx: typer.Context,
    deployment: Annotated[str, typer.Argument(help="The deployment's name.")],
    command: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[-- COMMAND…]", help="What it runs; the manifest's `task.command` when absent."
        ),
    ] = None,
    *,
    wait: Annotated[bool, typer.Option(help="Follow the task until it ends.")] = True,
    timeout: Annotated[float, typer.Option(help="Seconds to follow at most.")] = 3600.0,
) -> None:
    """Run a task with the version that was released last; show its log, and end with its exit
    code."""
    found = stack.connect(target.of(ctx))
    checked(found.ports, found.ports.ledger.load(checked_deployment(deployment)))
    line = TimeLine(found.ports, deployment)
    wish = {"type": "task", **({"command": command} if command else {})}
    execution = found.start(deployment, {"wish": wish})  # by which the task goes
    if wait:
        _finish(found, deployment, _followed(found, deployment, execution, line, timeout))


def tasks(
    ctx: typer.Context,
    deployment: Annotated[str, typer.Argument(help="The deployment's name.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """List the tasks of a deployment, newest first."""
    record = stack.connect(target.of(ctx)).ports.ledger.load(checked_deployment(deployment))
    if as_json:
        screen.print_json([asdict(run) for run in record.tasks.last])
        return
    if not record.tasks.last:
        raise Problem(
            f"{deployment} has run no task yet", f"`slipway task {deployment}` does.", Exit.REFUSED
        )
    head = ("task", "began", "took", "state", "version", "command", "")
    screen.print_table(head, [_row(run) for run in record.tasks.last])


def _row(run: TaskRun) -> tuple[str, ...]:
    took = f"{run.ended - run.at:.0f} s" if run.ended else ""
    facts = (run.state, run.version, " ".join(run.program.command), screen.brief(run.reason))
    return str(run.number), screen.date(run.at), took, *facts


def _followed(
    found: Stack, deployment: str, execution: str, line: TimeLine, timeout: float
) -> TaskRun:
    """The task, once it is over and told."""
    console = screen.err()
    show = shown_on(console)

    def ended() -> TaskRun | None:
        over = found.succeeded(execution, "release")
        record = found.ports.ledger.load(deployment)
        for moment in line.news():
            show(moment)
        if over and record.lease is None:
            _check_begun(record, execution, found.ports.clock())
        last = record.tasks.last
        return next((run for run in last if run.due.id == execution and run.told), None)

    patience = Patience(timeout, 0.2 if found.embedded else 5.0)
    with console.status("[dim]following the task; Ctrl-C leaves it running"):
        return wait_for(ended, patience, LATE)


def _check_begun(record: Record, execution: str, now: float) -> None:
    """Raises Problem where a task is not begun by whom it was asked of, or cannot be."""
    tasks = record.tasks
    for trouble in record.troubles:
        if trouble.step.startswith(RunTask.__name__) and trouble.until > now:
            raise Problem(f"the task waits: {trouble.reason}", LATE, Exit.REFUSED)
    if tasks.going or any(run.due.id == execution for run in tasks.last):
        return
    waits = any(due.id == execution for due in tasks.due)
    why = "it waits for a version to be released" if waits else "its deployment is asked to go"
    raise Problem(f"the task has not begun: {why}", LATE, Exit.REFUSED)


def _finish(found: Stack, deployment: str, run: TaskRun) -> None:
    """Print what it printed, and end as it did. Raises Problem for one that has no exit code."""
    for text in found.ports.fargate.lines(found.endpoint(deployment), run.arn) if run.arn else ():
        typer.echo(text)
    if run.code is None:
        raise Problem(f"task {run.number} failed: {run.reason}", code=Exit.REFUSED)
    screen.err().print(screen.worded(f"{run.state}: {run.reason}"), soft_wrap=True)
    raise typer.Exit(run.code)
