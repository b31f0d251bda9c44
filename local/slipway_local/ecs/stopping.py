"""How a task ends: its containers are asked to, and killed where they take too long."""

from slipway_local.ecs import dependencies, describing
from slipway_local.ecs.account import Account, Container, Task

# What it takes where a container's stopTimeout does not say.
_STOP_SECONDS = 30
_CLOUD_CODE = "InfrastructureHealth"
CLOUD_ENDED = "The embedded cloud ended while the task ran"


def end_with_cloud(account: Account) -> None:
    """Have all tasks end, since nothing runs them any more."""
    for task in account.tasks.values():
        if task.status != "STOPPED":
            begin(account, task, _CLOUD_CODE, CLOUD_ENDED)


def begin(account: Account, task: Task, code: str, reason: str) -> None:
    """Have a task end, unless it does already."""
    if task.desired == "STOPPED":
        return
    task.desired, task.stop_code, task.reason = "STOPPED", code, reason
    task.stopping = account.clock()
    changed(account, task)


def advance(account: Account, task: Task) -> None:
    """One step towards the end of a task whose desired status is STOPPED."""
    if task.status == "DEPROVISIONING":
        task.status, task.stopped = "STOPPED", account.clock()
        account.runner.discard(task.id)
        account.unplug(task.interface)
        changed(account, task)
        return
    for container in task.containers:
        _stop(account, task, container)
    if all(each.status == "STOPPED" for each in task.containers):
        task.status, task.execution_stopped = "DEPROVISIONING", account.clock()
        changed(account, task)


def changed(account: Account, task: Task) -> None:
    """Count a change of a task, and tell of it."""
    task.version += 1
    describing.tell(account, task)


def _stop(account: Account, task: Task, container: Container) -> None:
    if container.run is None:
        container.status = "STOPPED"
    elif container.status == "STOPPED" or dependencies.needed(container, task.containers):
        return
    elif container.stopping is None:
        container.stopping = account.clock()
        container.run.terminate()
    elif account.clock() >= container.stopping + _patience(account, container):
        container.run.kill()


def _patience(account: Account, container: Container) -> float:
    return account.patience(container.definition.get("stopTimeout", _STOP_SECONDS))
