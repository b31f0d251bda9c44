"""The scheduler of services: as many tasks as are desired, replaced in a rolling way."""

from collections.abc import Sequence
from dataclasses import dataclass

from slipway_local.ecs import deployments, stopping, tasks
from slipway_local.ecs.account import Account, Deployment, Service, Task

_SCHEDULER = "ServiceSchedulerInitiated"
_FAILED = ("EssentialContainerExited", "TaskFailedToStart")
_UNHEALTHY = "Task failed container health checks"
# How long a task runs before it is taken to stay, and how much longer each failure has the next
# one wait; in seconds.
_STEADY_SECONDS = 5
_BACKOFF_SECONDS = (1, 2, 4, 8, 16, 32, 60)
_IMPAIRED = 3


@dataclass(frozen=True, slots=True)
class _Fleet:
    """The tasks of a service that shall run: the primary deployment's, and others'."""

    new: Sequence[Task]
    old: Sequence[Task]
    steady: Sequence[Task]


def advance(account: Account) -> None:
    """Let everything happen to services that is due."""
    for service in account.services.values():
        if service.status != "INACTIVE":
            _count_failures(account, service)
            _heed_alarms(account, service)
            _roll(account, service)
            _settle(account, service)


def _fleet(account: Account, service: Service) -> _Fleet:
    live = [each for each in deployments.live(account, service) if each.desired == "RUNNING"]
    new = [each for each in live if each.deployment == service.primary.id]
    old = [each for each in live if each.deployment != service.primary.id]
    return _Fleet(new, old, [each for each in new if _is_steady(account, each)])


def _is_steady(account: Account, task: Task) -> bool:
    if task.status != "RUNNING" or task.started is None:
        return False
    checked = any("healthCheck" in each.definition for each in task.containers if each.essential)
    if checked:
        return task.health == "HEALTHY"
    return account.clock() >= task.started + account.patience(_STEADY_SECONDS)


def _count_failures(account: Account, service: Service) -> None:
    """Heed the tasks that ended by themselves, and end those that are not healthy."""
    group = f"service:{service.name}"
    for task in account.tasks.values():
        if task.group != group or task.cluster != service.cluster or task.counted:
            continue
        if task.desired == "RUNNING" and _is_sick(account, service, task):
            stopping.begin(account, task, _SCHEDULER, _UNHEALTHY)
            _failed(account, service, task)
        elif task.stop_code in _FAILED:
            _failed(account, service, task)


def _heed_alarms(account: Account, service: Service) -> None:
    """Give up a deployment under way while one of its alarms rings."""
    given = service.body["deploymentConfiguration"].get("alarms", {"enable": False})
    if service.primary.outcome != "IN_PROGRESS" or not given["enable"]:
        return
    ringing = [name for name in given["alarmNames"] if account.in_alarm(name)]
    if ringing:
        why = f"ECS deployment: alarm detected: {', '.join(ringing)}."
        give_up(account, service, why, back=given["rollback"])


def _is_sick(account: Account, service: Service, task: Task) -> bool:
    grace = service.body.get("healthCheckGracePeriodSeconds", 0) * account.second
    began = task.started or account.clock()
    return task.health == "UNHEALTHY" and account.clock() >= began + grace


def _failed(account: Account, service: Service, task: Task) -> None:
    task.counted, service.steady = True, False
    primary = service.primary
    if task.deployment != primary.id:
        return
    primary.failed += 1
    wait = _BACKOFF_SECONDS[min(primary.failed, len(_BACKOFF_SECONDS)) - 1]
    service.paused = account.clock() + wait * account.second
    if primary.failed == _IMPAIRED:
        deployments.acted(account, service, "SERVICE_TASK_START_IMPAIRED", "WARN")
        deployments.say(account, service, "is unable to consistently start tasks successfully.")
    breaker = service.body["deploymentConfiguration"]["deploymentCircuitBreaker"]
    tripped = primary.failed >= deployments.threshold(service)
    if primary.state == "IN_PROGRESS" and breaker["enable"] and tripped:
        why = "ECS deployment circuit breaker: tasks failed to start."
        give_up(account, service, why, back=breaker["rollback"])


def give_up(account: Account, service: Service, why: str, *, back: bool) -> None:
    """Start no more of the deployment under way, and go back where that is wanted and possible."""
    failed = service.primary
    failed.state = "FAILED"
    deployments.became(account, service, failed, why)
    deployments.say(account, service, f"(deployment {failed.id}) deployment failed: {why}")
    before = next((each for each in service.deployments if each.state == "COMPLETED"), None)
    if not back or before is None:
        deployments.end(account, failed, "STOPPED")
        return
    failed.status, failed.outcome = "ACTIVE", "ROLLBACK_IN_PROGRESS"
    failed.rollback = {
        "reason": why,
        "startedAt": account.clock(),
        "serviceRevisionArn": before.revision,
    }
    before.status, before.state, service.paused = "PRIMARY", "IN_PROGRESS", 0.0
    going = f"{why.partition(':')[0]}: rolling back to deploymentId {before.id}."
    deployments.became(account, service, before, going)
    deployments.say(account, service, f"rolling back to deployment {before.id}.")


def _roll(account: Account, service: Service) -> None:
    """Start what is missing and stop what is too much, within the bounds of the configuration."""
    fleet, wanted = _fleet(account, service), service.desired
    given = service.body["deploymentConfiguration"]
    most = max(1, wanted * given["maximumPercent"] // 100)
    least = -(-wanted * given["minimumHealthyPercent"] // 100)
    missing = min(wanted - len(fleet.new), most - len(fleet.new) - len(fleet.old))
    if missing > 0 and service.primary.state != "FAILED" and account.clock() >= service.paused:
        _start(account, service, missing)
    excess = max(0, len(fleet.new) - wanted)
    running = [each for each in fleet.old if each.status == "RUNNING"]
    spare = max(0, len(fleet.steady) + len(running) - least)
    # A deployment that failed and has nothing to go back to leaves what runs as it is.
    old = [] if service.primary.state == "FAILED" else _in_order(fleet.old, running, spare)
    _stop(account, service, [*old, *fleet.new[len(fleet.new) - excess :]])


def _in_order(old: Sequence[Task], running: Sequence[Task], spare: int) -> Sequence[Task]:
    return [*(each for each in old if each.status != "RUNNING"), *running[:spare]]


def _start(account: Account, service: Service, count: int) -> None:
    primary = service.primary
    for _ in range(count):
        task = tasks.begin(account, service.cluster, primary.definition, primary.asked, primary.id)
        tasks.tag(account, task, service.body, service.arn)
        deployments.say(account, service, f"has started 1 tasks: (task {task.id}).")


def _stop(account: Account, service: Service, found: Sequence[Task]) -> None:
    reason = f"Scaling activity initiated by (deployment {service.primary.id})"
    for task in found:
        stopping.begin(account, task, _SCHEDULER, reason)
        deployments.say(account, service, f"has stopped 1 running tasks: (task {task.id}).")


def _settle(account: Account, service: Service) -> None:
    """See whether the service is what it shall be."""
    fleet, primary = _fleet(account, service), service.primary
    if service.status == "DRAINING":
        if not deployments.live(account, service):
            service.status = "INACTIVE"
        return
    if len(fleet.steady) != service.desired or len(fleet.new) != service.desired or fleet.old:
        return
    if primary.state == "IN_PROGRESS":
        _complete(account, service, primary)
    if not service.steady and primary.state == "COMPLETED":
        service.steady = True
        deployments.acted(account, service, "SERVICE_STEADY_STATE")
        deployments.say(account, service, "has reached a steady state.")


def _complete(account: Account, service: Service, primary: Deployment) -> None:
    primary.state, primary.failed = "COMPLETED", 0
    for each in service.deployments:
        if each.outcome == "ROLLBACK_IN_PROGRESS":
            deployments.end(account, each, "ROLLBACK_SUCCESSFUL")
    if primary.outcome == "IN_PROGRESS":
        deployments.end(account, primary, "SUCCESSFUL")
    why = f"ECS deployment {primary.id} completed."
    deployments.became(account, service, primary, why)
    deployments.say(account, service, f"(deployment {primary.id}) deployment completed.")
