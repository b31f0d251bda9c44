"""What starts and wakes releases: hints from events, and the sweep that needs none."""

from collections.abc import Callable
from dataclasses import replace

from slipway.domain.record import Asked, Record
from slipway.domain.steps import AwaitChange
from slipway.domain.wish import Wish
from slipway.looking import change, has_news, look
from slipway.ports import Moment, Ports


def ask(ports: Ports, deployment: str, wish: Wish, execution: str) -> None:
    """Write a wish on the record, and wake whoever owns the deployment."""
    asked = Asked(replace(wish, at=ports.clock()), ports.uploaded.newest(deployment))
    _ask(ports, deployment, execution, lambda r: r.asking(asked), wish.words)


def ask_again(ports: Ports, deployment: str, execution: str) -> None:
    """Let everything that was tried count no more, and wake whoever owns the deployment."""
    _ask(ports, deployment, execution, Record.again, "try again")


def _ask(
    ports: Ports, deployment: str, execution: str, how: Callable[[Record], Record], words: str
) -> None:
    """Once: an execution that owns the deployment has asked already."""
    record = ports.ledger.load(deployment)
    if record.lease and record.lease.owner == execution:
        return
    record = change(ports, deployment, how)
    _noted(ports, deployment, "Asked", words)
    if record.waiting:
        ports.executions.wake(record.waiting)


def nudge(ports: Ports, deployment: str, cause: str) -> str:
    """Something may have changed: wake the release that owns the deployment, or start one if
    anything is owed. Says what was done; doing it again changes nothing more."""
    if _is_strange(ports, deployment):
        return "Nothing to do"
    record = change(ports, deployment, Record.hinted)
    if record.waiting and ports.executions.wake(record.waiting):
        return _noted(ports, deployment, "Woken", cause)
    if record.lease and ports.executions.is_running(record.lease.owner):
        return "Noted"
    if not has_news(ports, record) and look(ports, record).converged:
        return "Nothing to do"
    ports.executions.start(deployment, f"{deployment}-{record.hints}")
    return _noted(ports, deployment, "Started", cause)


def deployments(ports: Ports) -> list[str]:
    """Every deployment, sorted: also one whose folder is gone, and one that nobody knows yet."""
    return sorted({*ports.ledger.deployments(), *ports.uploaded.deployments()})


def sweep(ports: Ports) -> dict[str, str]:
    """Nudge every deployment that is owed something and not on its way; what was done to each.

    A deployment that cannot be looked at holds up none of the others: its error is raised when
    all have had their turn.
    """
    done, errors = {}, []
    for deployment in deployments(ports):
        try:
            if _is_overdue(ports, deployment):
                done[deployment] = nudge(ports, deployment, "the sweep found something left to do")
        except Exception as error:  # noqa: BLE001 - raised below
            error.add_note(f"in the sweep of {deployment}")
            errors.append(error)
    if errors:
        raise ExceptionGroup(f"{len(errors)} deployments could not be looked at", errors)
    return done


def _is_strange(ports: Ports, deployment: str) -> bool:
    """Whether it is no deployment, or none any more: a hint is no reason to remember it."""
    record = ports.ledger.load(deployment)
    return record.version == 0 and not has_news(ports, record)


def _is_overdue(ports: Ports, deployment: str) -> bool:
    """Whether something is owed that nobody sees to. A release at work looks once more before it
    ends, and whoever wrote the record while it was looked at has looked since."""
    record = ports.ledger.load(deployment)
    at_work = record.lease is not None and ports.executions.is_running(record.lease.owner)
    if at_work and not record.waiting:
        return False
    if not _is_owed(ports, record, at_work=at_work):
        return False
    return ports.ledger.load(deployment).version == record.version


def _is_owed(ports: Ports, record: Record, *, at_work: bool) -> bool:
    if has_news(ports, record):
        return True
    found = look(ports, record)
    if isinstance(found.step, AwaitChange) and record.waiting:
        return not at_work
    return not found.converged


def _noted(ports: Ports, deployment: str, what: str, cause: str) -> str:
    ports.ledger.note(deployment, Moment(ports.clock(), "", what, cause))
    return what
