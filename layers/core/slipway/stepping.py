"""What every step of a release has in common: under which lease it acts, and how it is stopped."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, wraps
from typing import Concatenate, ParamSpec

from slipway.domain.attempts import Attempt, Attempts
from slipway.domain.blame import is_the_accounts, remedy
from slipway.domain.errors import AccountFault, Refused
from slipway.domain.record import Record
from slipway.domain.steps import Announce, AwaitChange, Change, DeployEndpoint, Step, label, name
from slipway.domain.trouble import key
from slipway.looking import change, look
from slipway.ports import Ports

Rest = ParamSpec("Rest")
MOST_REPEATS = 10


@dataclass(frozen=True, slots=True)
class Task:
    """What every step is told: whose deployment it is, and under which lease it may act."""

    deployment: str
    fence: int
    execution: str = ""


def stoppable(
    step: Callable[Concatenate[Ports, Task, Rest], str],
) -> Callable[Concatenate[Ports, Task, Rest], str]:
    """The step, in which what no version is to blame for is written on the ledger: it is a verdict
    with its reason, and no execution that fails again and again."""

    @wraps(step)
    def taken(ports: Ports, task: Task, /, *rest: Rest.args, **named: Rest.kwargs) -> str:
        try:
            return step(ports, task, *rest, **named)
        except (AccountFault, Refused) as stop:
            return _stopped(ports, task, stop)

    return taken


def unless_repeated(ports: Ports, task: Task, step: Step) -> None:
    """Raises Refused once the step was owed so often in one release that what is kept cannot be
    what was asked for: without an end, they would go on asking."""
    owed = (task.fence, label(step), step.reason)
    moments = ports.ledger.history(task.deployment)
    count = sum((each.number, each.what, each.why) == owed for each in moments)
    if count > MOST_REPEATS:
        raise Refused(
            f"it was done {count - 1} times in this release and is still owed ({step.reason}): "
            "what AWS keeps is something else than what it was asked for, or somebody changes it "
            "back"
        )


def attempt(ports: Ports, task: Task, how: Callable[[Attempts, int], Attempts]) -> None:
    """Write on the ledger what is about to be tried, or what came of it."""
    now = ports.clock()
    change(ports, task.deployment, lambda r: r.under(task.fence).touched(now).attempted(how))


def judge(ports: Ports, task: Task, attempts: Attempts) -> Record:
    """Write on the ledger what became of what was tried."""
    now = ports.clock()
    return change(ports, task.deployment, partial(_judged, task, attempts, now))


def _judged(task: Task, attempts: Attempts, now: float, record: Record) -> Record:
    judged = record.under(task.fence).touched(now).attempted(lambda *_: attempts)
    for made in attempts.made:
        if made not in record.attempts.made and is_the_accounts(made.refused or ""):
            judged = judged.troubled(key(_tried(made)), accounts(made.refused or ""), now)
    return judged


def accounts(message: str) -> str:
    """What the account cannot do yet, with what helps."""
    return "; ".join(filter(None, (f"account: {message.rstrip('.')}", remedy(message))))


def _tried(made: Attempt) -> DeployEndpoint:
    way = Change.CREATE if made.found_at is None else Change.UPDATE
    return DeployEndpoint(way, made.config, "")


def _stopped(ports: Ports, task: Task, stop: Exception) -> str:
    found = look(ports, ports.ledger.load(task.deployment).under(task.fence))
    step, now = found.step, ports.clock()
    if isinstance(step, Announce | AwaitChange):
        return f"not needed any more; now {name(step)}"
    theirs = isinstance(stop, AccountFault)
    reason = accounts(str(stop)) if theirs else f"{name(step)} was refused: {stop}".rstrip(".")
    change(ports, task.deployment, lambda r: r.under(task.fence).troubled(key(step), reason, now))
    return reason
