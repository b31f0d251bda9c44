"""What travels through the state machine, as JSON documents, and what the core makes of it."""

from collections.abc import Mapping
from datetime import datetime

from slipway.domain.errors import InvalidInput
from slipway.domain.naming import checked_deployment
from slipway.domain.steps import AwaitChange, name
from slipway.domain.watch import Check, Outcome, Schedule
from slipway.domain.wish import Passing, Wish, wish_of
from slipway.looking import Look
from slipway.stepping import Task

Document = Mapping[str, object]


def asked(document: Document) -> tuple[str, str]:
    """The deployment to decide about and the execution that asks. Raises InvalidInput."""
    return checked_deployment(_text(document, "deployment")), _text(document, "execution")


def wished(document: Document) -> Wish | Passing | None:
    """The wish that the execution was started with, if any. Raises InvalidInput."""
    given = document.get("input")
    said = given.get("wish") if isinstance(given, Mapping) else None
    return None if said is None else wish_of(said)


def anew(document: Document) -> bool:
    """Whether the execution was started to try everything again, as `{"again": true}`."""
    given = document.get("input")
    return isinstance(given, Mapping) and given.get("again") is True


def decision(look: Look, execution: str) -> Document:
    """What Decide hands on: the lease, the step, and why. `timeout` is in seconds, null for every
    step but AwaitChange."""
    record, step = look.record, look.step
    return {
        "deployment": record.deployment,
        "execution": execution,
        "fence": record.fence,
        "generation": record.desired.generation if record.desired else 0,
        "hints": record.hints,
        "step": name(step),
        "reason": step.reason,
        "timeout": step.timeout if isinstance(step, AwaitChange) else None,
    }


def task(document: Document) -> Task:
    """Whose deployment it is and under which lease. Raises InvalidInput."""
    deployment, execution = asked(document)
    return Task(deployment, _number(document, "fence"), execution)


def sleep(document: Document) -> tuple[str, int]:
    """The token that wakes the release, and the hints it knows. Raises InvalidInput."""
    return _text(document, "token"), _number(document, "hints")


def check(document: Document) -> Check:
    """Which window of which schedule to check; `at` is a moment such as 2026-11-22T10:15:00Z.
    Raises InvalidInput."""
    at = _text(document, "at")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError as error:
        raise InvalidInput(f"at: {at!r:.80} is no moment; write 2026-11-22T10:15:00Z") from error
    if moment.tzinfo is None:
        raise InvalidInput(f"at: {at!r:.80} is in no time zone; write 2026-11-22T10:15:00Z")
    return Check(Schedule.of(document), moment.timestamp())


def outcome(checked: Outcome) -> Document:
    """What CheckDrift hands on: the window's state, or where the list of the shards is that have
    to be profiled."""
    return {"folder": checked.folder, "state": checked.state, "shards": checked.shards}


def shard(document: Document) -> tuple[Schedule, list[str]]:
    """Whose captures a shard is of, and which. Raises InvalidInput."""
    keys = document.get("keys")
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise InvalidInput(f"keys: {keys!r:.80} is no list of keys; CheckDrift hands it on")
    return Schedule.of(document), keys


def _text(document: Document, field: str) -> str:
    found = document.get(field)
    if isinstance(found, str) and found:
        return found
    raise InvalidInput(f"{field}: {found!r:.80} is not a text; start releases by nudging them")


def _number(document: Document, field: str) -> int:
    found = document.get(field)
    if isinstance(found, int):
        return found
    raise InvalidInput(f"{field}: {found!r:.80} is not a number; Decide hands it on")
