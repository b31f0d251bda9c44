"""What asks for tasks: an execution that was started with the wish."""

from dataclasses import replace
from functools import partial

from slipway.domain.errors import InvalidInput
from slipway.domain.record import Record
from slipway.domain.task import TaskDue
from slipway.domain.wish import TaskNow
from slipway.nudging import said
from slipway.ports import Ports

NO_NETWORK = (
    "no task can run: the installation names no subnets for them; deploy it with the parameter "
    "TaskSubnets, and TaskSecurityGroups where the VPC's own is not wanted"
)


def task_now(ports: Ports, deployment: str, wish: TaskNow, execution: str) -> None:
    """Write on the record that a task is due, and wake its owner; the execution that asks makes it
    one. Raises InvalidInput where none can run."""
    due = TaskDue(execution, wish.command)
    said(ports, deployment, execution, partial(_due, ports, due), wish.words)


def _due(ports: Ports, due: TaskDue, record: Record) -> Record:
    checked(ports, record)
    return replace(record.hinted(), tasks=record.tasks.wanting(due))


def checked(ports: Ports, record: Record) -> None:
    """Raises InvalidInput where no task can run of a deployment."""
    desired = record.desired
    if not ports.fargate.has_network():
        raise InvalidInput(f"{record.deployment}: {NO_NETWORK}")
    if desired is None or desired.policy.task is None:
        raise InvalidInput(
            f"{record.deployment}: its slipway.yaml has no `task`, so there is nothing to run; "
            "`task: {command: [python, job.py]}` says what"
        )
    if desired.leaves:
        raise InvalidInput(f"{record.deployment}: it is asked to go; upload it again to run tasks")
