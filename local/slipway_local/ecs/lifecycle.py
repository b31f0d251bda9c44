"""A task's life, step by step: PROVISIONING, PENDING, RUNNING, DEPROVISIONING, STOPPED."""

from slipway_local.ecs import dependencies, health, launching, stopping
from slipway_local.ecs.account import Account, Container, Task

# ECS describes a stopped task for an hour; however fast the cloud's time runs, people do not.
_REMEMBERED_SECONDS = 3600
_NO_MEMORY = "OutOfMemoryError: Container killed due to memory usage"


def advance(account: Account) -> None:
    """Let everything happen to tasks that is due."""
    for task in [*account.tasks.values()]:
        if task.status != "STOPPED":
            _advance(account, task)
        elif task.stopped is not None and account.clock() >= task.stopped + _REMEMBERED_SECONDS:
            del account.tasks[task.arn], account.tags[task.arn]


def _advance(account: Account, task: Task) -> None:
    for container in task.containers:
        _observe(account, task, container)
    if task.desired == "RUNNING":
        _run(account, task)
    if task.desired == "STOPPED":
        stopping.advance(account, task)


def _observe(account: Account, task: Task, container: Container) -> None:
    """See how far a container's process is."""
    run = container.run
    if run is None or container.status == "STOPPED":
        return
    if run.began() and container.started is None:
        container.status, container.started = "RUNNING", account.clock()
    code, failure = run.code(), run.failure()
    _print(account, task, container)
    if failure:
        container.status, container.reason = "STOPPED", failure
    elif code is not None:
        container.status, container.code = "STOPPED", code
    elif container.status == "RUNNING":
        _bound(task, container)
        health.advance(account, container)


def _print(account: Account, task: Task, container: Container) -> None:
    """Bring what it printed to its log."""
    place = launching.stream(task, container)
    lines = container.run.lines() if container.run else ()
    if place and lines:
        account.printed.append((*place, lines))


def _bound(task: Task, container: Container) -> None:
    """Kill a container that takes more memory than it may."""
    if container.run and container.run.memory() > launching.bound(task, container):
        container.reason = _NO_MEMORY
        container.run.kill()


def _run(account: Account, task: Task) -> None:
    if task.status == "PROVISIONING":
        task.status, task.began = "PENDING", account.clock()
        stopping.changed(account, task)
    if _ended(account, task):
        return
    for container in task.containers:
        if container.run is None and dependencies.ready(container, task.containers):
            _start(account, task, container)
    if task.status == "PENDING" and all(each.status != "PENDING" for each in task.containers):
        task.status = "RUNNING"
        task.started = task.pulled = account.clock()
        stopping.changed(account, task)


def _start(account: Account, task: Task, container: Container) -> None:
    try:
        program = launching.program(account, task, container)
    except launching.NotStarted as error:
        container.status, container.reason = "STOPPED", str(error)
    else:
        container.run = account.runner.run(program)
        place = launching.stream(task, container)
        if place:
            account.printed.append((*place, ()))


def _ended(account: Account, task: Task) -> bool:
    """Whether the task has to end by itself, and will."""
    for container in task.containers:
        never = "" if container.run else dependencies.never(container, task.containers)
        if container.status == "STOPPED" and container.code is None:
            reason = container.reason or "Task failed to start"
            stopping.begin(account, task, "TaskFailedToStart", reason)
        elif container.status == "STOPPED" and container.essential:
            reason = "Essential container in task exited"
            stopping.begin(account, task, "EssentialContainerExited", reason)
        elif never:
            container.reason = never
            stopping.begin(account, task, "TaskFailedToStart", f"Task failed to start: {never}")
    return task.desired == "STOPPED"
