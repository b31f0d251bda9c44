"""What is given of the tasks of a deployment, as the tables write it."""

from typing import Any

from slipway.domain.task import Program, Sight, TaskDue, TaskRun, Tasks

Given = dict[str, Any]
PROGRAM = Program("an-image", (), 256, 512, {})


def tasks(given: Given) -> Tasks:
    """The newest task, if there is one, and what is due."""
    row = given.get("task")
    due = tuple(map(TaskDue, given.get("tasks_due", [])))
    return Tasks((_run(row),) if row is not None else (), due)


def _run(row: Given) -> TaskRun:
    return TaskRun(
        number=1,
        due=TaskDue("last"),
        config="wanted",
        version="version 1",
        token="a-token",
        program=PROGRAM,
        at=100.0,
        arn="" if row.get("named") is False else "an-arn",
        over=row.get("over", False),
        told=row.get("told", False),
    )


def task(given: Given) -> Sight | None:
    """How it is seen: `stopping` as it is asked to stop."""
    status = given.get("seen")
    if status is None:
        return None
    return Sight(
        "an-arn", "RUNNING" if status == "stopping" else status, stopping=status != "RUNNING"
    )
