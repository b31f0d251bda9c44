"""Health checks of containers: a command beside the process, every so often."""

from collections.abc import Sequence

from slipway_local.ecs.account import Account, Container, Health, Params


def advance(account: Account, container: Container) -> None:
    """Start a check that is due, and heed one that has ended."""
    checks, run = container.definition.get("healthCheck"), container.run
    if checks is None or checks["command"][0] == "NONE" or run is None:
        return
    health, now = container.health, account.clock()
    if health.probe is None:
        if now >= (health.due or _first(account, container, checks)):
            health.probe = run.probe(_words(checks["command"]))
            health.deadline = now + account.patience(checks["timeout"])
        return
    code = health.probe.code()
    if code is None and now < health.deadline:
        return
    if code is None:
        health.probe.kill()
    _judge(account, container, checks, passed=code == 0)


def _first(account: Account, container: Container, checks: Params) -> float:
    started = container.started or account.clock()
    container.health.due = started + checks["interval"] * account.second
    return container.health.due


def _judge(account: Account, container: Container, checks: Params, *, passed: bool) -> None:
    health, now = container.health, account.clock()
    health.probe, health.due = None, now + checks["interval"] * account.second
    if passed:
        health.status, health.failures = "HEALTHY", 0
    elif not _starting(account, container, health, checks):
        health.failures += 1
        if health.failures >= checks["retries"]:
            health.status = "UNHEALTHY"


def _starting(account: Account, container: Container, health: Health, checks: Params) -> bool:
    """Whether failures do not count yet: in the startPeriod, until one has passed."""
    began = container.started or account.clock()
    grace = checks.get("startPeriod", 0) * account.second
    return health.status == "UNKNOWN" and account.clock() < began + grace


def _words(command: Sequence[str]) -> Sequence[str]:
    if command[0] == "CMD-SHELL":
        return ["/bin/sh", "-c", " ".join(command[1:])]
    return command[1:]
