"""The step of a release that does something about an alarm, notes what came of it, and tells."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from slipway.domain import naming
from slipway.domain.errors import AccountFault, InvalidInput, Refused, Retryable, Unanswered
from slipway.domain.record import Record
from slipway.domain.remedy import Kind, Outcome, Remedied
from slipway.domain.steps import Care, Remedy, name
from slipway.domain.wish import Rollback
from slipway.looking import Look, change, look
from slipway.nudging import asked
from slipway.ports import Ports
from slipway.stepping import Task, stoppable

EVENT: Final = "Slipway Remedy"
How = Callable[[Record], Record]


@stoppable
def remedy(ports: Ports, task: Task) -> str:
    """Do what is owed about an alarm, if it still is."""
    found = look(ports, ports.ledger.load(task.deployment).under(task.fence))
    step = found.step
    if not isinstance(step, Remedy):
        return f"not needed any more; now {name(step)}"
    entry = step.entry if step.entry.at else replace(step.entry, at=ports.clock())
    match step.care:
        case Care.TAKE:
            return _take(ports, task, found, entry)
        case Care.GIVE_BACK:
            _give_back(ports, found, entry)
            entry = replace(entry, counts=())
        case Care.TELL:
            _tell(ports, task.deployment, entry)
            entry = replace(entry, told=True)
    _write(ports, task, lambda record: record.remedying(entry))
    return f"{step.care}: {entry.words}"


def _take(ports: Ports, task: Task, found: Look, entry: Remedied) -> str:
    """Write what is about to be done, then do it: so it is done once, whoever dies meanwhile."""
    before = found.record.remedied
    try:
        how = _noted(ports, found, entry)
        _write(ports, task, lambda record: how(record).remedying(entry))
        _do(ports, found, entry)
    except Unanswered:
        raise
    except Retryable:
        # It was certainly not done.
        _write(ports, task, lambda record: replace(record, remedied=before))
        raise
    except (AccountFault, InvalidInput, Refused) as refusal:
        failed = entry.ended(Outcome.FAILED, str(refusal))
        _write(ports, task, lambda record: record.remedying(failed))
        return failed.words
    return entry.words


def _write(ports: Ports, task: Task, how: How) -> None:
    change(ports, task.deployment, lambda record: how(record.under(task.fence)))


def _noted(ports: Ports, found: Look, entry: Remedied) -> How:
    """What a remedy is on the ledger. Raises InvalidInput."""
    if entry.cure.kind == Kind.ROLLBACK:
        # Whatever serves is bad already: its way out is no slow one.
        wish = asked(ports, found.record, Rollback(now=True))
        return lambda record: record.asking(wish)
    return Record.replacing if entry.cure.kind == Kind.REPLACE else lambda record: record


def _do(ports: Ports, found: Look, entry: Remedied) -> None:
    """What a remedy is besides."""
    deployment = found.record.deployment
    if entry.cure.kind == Kind.SCALE_OUT:
        _scale(ports, deployment, {variant: after for variant, _, after in entry.counts})
    if entry.cure.kind == Kind.START:
        told = {"alarm": entry.alarm, "since": entry.since}
        token = f"{deployment}-{naming.digest({**told, 'start': entry.cure.target})}"
        ports.starts.start(entry.cure.target, token, _input(found, entry))


def _give_back(ports: Ports, found: Look, entry: Remedied) -> None:
    """What somebody else has changed since is theirs."""
    live = found.world.endpoint.counts if found.world.endpoint else {}
    ours = {name: before for name, before, after in entry.counts if live.get(name) == after}
    _scale(ports, found.record.deployment, ours)


def _scale(ports: Ports, deployment: str, counts: Mapping[str, int]) -> None:
    if counts:
        ports.endpoints.scale(naming.endpoint_name(ports.site, deployment), counts)


def _input(found: Look, entry: Remedied) -> dict[str, object]:
    """What a state machine or a pipeline is told that an alarm starts."""
    drift = found.world.drift
    return {
        "deployment": found.record.deployment,
        "endpoint": found.world.endpoint.name if found.world.endpoint else "",
        "config": found.world.endpoint.config if found.world.endpoint else "",
        "alarm": {"name": entry.alarm, "since": entry.since, "reason": entry.why},
        "drift": {"window": drift.hour, "since": drift.since, "violations": drift.violations}
        if drift
        else None,
    }


def _tell(ports: Ports, deployment: str, entry: Remedied) -> None:
    ports.bus.put(
        EVENT,
        {
            "deployment": deployment,
            "alarm": entry.alarm,
            "remedy": entry.cure.kind,
            "outcome": entry.outcome.value,
            "reason": entry.why,
        },
    )
    subject = f"{deployment}: {entry.cure.kind} {entry.outcome}"
    ports.announcements.tell_news(deployment, "Remedy", subject, f"{subject}\n\n{entry.words}\n")
