"""What starts and wakes releases: hints from events, and the sweep that needs none."""

from collections import deque
from collections.abc import Callable, Collection
from dataclasses import replace

from slipway.domain.batch import Due
from slipway.domain.desired import Artifact
from slipway.domain.errors import InvalidInput
from slipway.domain.naming import Site, batch_prefix, host_of, member_of
from slipway.domain.news import is_news
from slipway.domain.record import Asked, Record
from slipway.domain.released import Release
from slipway.domain.steps import AwaitChange
from slipway.domain.wish import Rollback, RunNow, Steer, Wish
from slipway.looking import change, has_news, look, uploads
from slipway.ports import Moment, Ports


def ask(ports: Ports, deployment: str, wish: Wish, execution: str) -> None:
    """Write a wish on the record, and wake whoever owns the deployment. Once: an execution that
    owns it has asked already. Raises InvalidInput for an earlier release that is not known."""
    record = ports.ledger.load(deployment)
    if record.is_owned_by(execution):
        return
    said = asked(ports, record, wish)
    record = _asked(ports, deployment, lambda r: r.asking(said), said.wish.words)
    for member in _members(ports, deployment) if record.is_host and said.back is None else ():
        ask(ports, member, wish, execution)  # the sweep sees to it


def asked(ports: Ports, record: Record, wish: Wish) -> Asked:
    """The wish as it is asked for now. Raises InvalidInput for an earlier release that is not
    known."""
    said, back = replace(wish, at=ports.clock()), None
    if isinstance(said, Rollback):
        target = goal(ports, record, said.to, rerun=said.rerun)
        said, back = replace(said, to=target.number), target.uploads
    return Asked(said, uploads(ports, record), back)


def steer(ports: Ports, deployment: str, wish: Steer, execution: str) -> None:
    """End, halt or let go on the rollout that is under way, and wake its owner. Once, like a wish.
    Raises InvalidInput where there is none."""
    now = ports.clock()
    said(ports, deployment, execution, lambda r: r.steered(wish.how, now), wish.words)


def run_now(ports: Ports, deployment: str, wish: RunNow, execution: str) -> None:
    """Write on the record that a run is due, and wake its owner; what it is due for makes it one.
    Raises InvalidInput for a deployment that runs nothing, and for input that is not its own."""
    checked_input(ports.site, deployment, wish.input)
    name = wish.input.rstrip("/").rpartition("/")[2] or "what has arrived"
    why = f"the schedule, at {wish.due}" if wish.due else f"somebody asked to run {name}"
    due = Due(wish.due or execution, why, wish.input)
    said(ports, deployment, execution, lambda r: r.due(due), wish.words)


def checked_input(site: Site, deployment: str, uri: str) -> str:
    """`uri`, where a run may read it: what a deployment reads is its own. Raises InvalidInput."""
    own = f"s3://{site.bucket}/{batch_prefix(deployment)}"
    if uri and not uri.startswith(own):
        raise InvalidInput(
            f"wish: input: {uri!r:.200} is not below {own}; copy it there, or give "
            f"`slipway batch {deployment}` a file, which does"
        )
    return uri


def goal(ports: Ports, record: Record, to: int | None, *, rerun: bool = False) -> Release:
    """What a rollback goes to: from what was uploaded last, or is wanted. Raises InvalidInput where
    there is none, and for an endpoint where runs shall be made again."""
    if rerun and not record.runs_files:
        raise InvalidInput(
            f"wish: rerun: {record.deployment} is no batch deployment, so nothing has run; roll it "
            "back without"
        )
    found, desired = uploads(ports, record), record.desired
    known = desired is not None and not is_news(found, desired)
    return record.releases.target(to, desired.uploads if desired and known else found)


def ask_again(ports: Ports, deployment: str, execution: str) -> None:
    """Let everything that was tried count no more, and wake whoever owns the deployment. Once."""
    said(ports, deployment, execution, Record.again, "try again")


def said(
    ports: Ports, deployment: str, execution: str, how: Callable[[Record], Record], words: str
) -> None:
    """What a person says, unless the execution that was started with it has said so already."""
    if not ports.ledger.load(deployment).is_owned_by(execution):
        _asked(ports, deployment, how, words)


def _asked(ports: Ports, deployment: str, how: Callable[[Record], Record], words: str) -> Record:
    record = change(ports, deployment, how)
    _noted(ports, deployment, "Asked", words)
    if record.waiting:
        ports.executions.wake(record.waiting)
    return record


def _members(ports: Ports, deployment: str) -> list[str]:
    """The models behind its endpoint that are remembered."""
    remembered = ports.ledger.deployments()
    return [name for name in remembered if name != deployment and host_of(name) == deployment]


def nudge(ports: Ports, deployment: str, cause: str, arrived: Artifact | None = None) -> str:
    """Something may have changed, or an upload was finished: wake the release that owns the
    deployment, or start one if anything is owed. Says what was done; doing it again changes
    nothing more."""
    if _is_strange(ports, deployment):
        return "Nothing to do"
    if member_of(deployment):
        _found_host(ports, host_of(deployment), cause)
    record = change(ports, deployment, lambda known: known.hinted(arrived))
    if record.waiting and ports.executions.wake(record.waiting):
        return _noted(ports, deployment, "Woken", cause)
    if record.lease and ports.executions.is_running(record.lease.owner):
        return "Noted"
    if not has_news(ports, record) and look(ports, record).converged:
        return "Nothing to do"
    ports.executions.start(deployment, f"{deployment}-{record.hints}")
    return _noted(ports, deployment, "Started", cause)


def _found_host(ports: Ports, host: str, cause: str) -> None:
    """The first model behind an endpoint says what runs them all."""
    desired = ports.ledger.load(host).desired
    if desired is None or (desired.is_host and not desired.parts):
        nudge(ports, host, cause)


def deployments(ports: Ports) -> list[str]:
    """Every deployment, sorted: also one whose folder is gone, and one that nobody knows yet."""
    return sorted({*ports.ledger.deployments(), *ports.uploaded.deployments()})


def newcomers(ports: Ports, record: Record, known: Collection[str]) -> list[str]:
    """The models behind its endpoint, if it is one of many, that are not among the `known`."""
    members = ports.uploaded.members(record.deployment) if record.is_host else ()
    return [member for member in members if member not in known]


def sweep(ports: Ports) -> dict[str, str]:
    """Nudge every deployment that is owed something and not on its way; what was done to each.

    A deployment that cannot be looked at holds up none of the others: its error is raised when
    all have had their turn.
    """
    done, errors = {}, []
    names = deployments(ports)
    left, known = deque(names), set(names)
    while left:
        deployment = left.popleft()
        try:
            record = ports.ledger.load(deployment)
            left.extend(newcomers(ports, record, known))
            if _is_overdue(ports, record):
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


def _is_overdue(ports: Ports, record: Record) -> bool:
    """Whether something is owed that nobody sees to. A release at work looks once more before it
    ends, and whoever wrote the record while it was looked at has looked since."""
    at_work = record.lease is not None and ports.executions.is_running(record.lease.owner)
    if at_work and not record.waiting:
        return False
    if not _is_owed(ports, record, at_work=at_work):
        return False
    return ports.ledger.load(record.deployment).version == record.version


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
