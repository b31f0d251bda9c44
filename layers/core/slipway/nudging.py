"""What starts and wakes releases: hints from events, and the sweep that needs none."""

from slipway.domain.record import Record
from slipway.domain.steps import AwaitChange
from slipway.looking import change, has_news, look
from slipway.ports import Moment, Ports


def nudge(ports: Ports, deployment: str, cause: str) -> str:
    """Something may have changed: wake the release that owns the deployment, or start one if
    anything is owed. Says what was done; doing it again changes nothing more."""
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


def _is_overdue(ports: Ports, deployment: str) -> bool:
    record = ports.ledger.load(deployment)
    if has_news(ports, record):
        return True
    found = look(ports, record)
    if isinstance(found.step, AwaitChange) and record.waiting and record.lease:
        return not ports.executions.is_running(record.lease.owner)
    return not found.converged


def _noted(ports: Ports, deployment: str, what: str, cause: str) -> str:
    ports.ledger.note(deployment, Moment(ports.clock(), "", what, cause))
    return what
