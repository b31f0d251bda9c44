"""Following a release through the ledger until it ends."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import TypeVar

from rich.console import Console
from rich.text import Text
from slipway.domain.desired import Artifact
from slipway.domain.news import arriving
from slipway.domain.record import Record
from slipway.domain.steps import Verdict
from slipway.domain.world import PackageApproval, waits
from slipway.looking import look
from slipway.ports import Moment, Ports

from slipway_cli import screen
from slipway_cli.failures import Exit, Problem

Found = TypeVar("Found")

AWAITS_APPROVAL = "Awaits approval"
AWAITS_PARTS = "Awaits its other parts"
SUPERSEDED = "Superseded"
# Of the words for what happened, the longest is "DeployEndpoint (update)".
WIDEST = 23


@dataclass(frozen=True, slots=True)
class End:
    """How a release ended, as far as its follower is concerned."""

    verdict: str
    reason: str

    @property
    def good(self) -> bool:
        return self.verdict in (Verdict.RELEASED, AWAITS_APPROVAL, AWAITS_PARTS)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to follow and how often to look, in seconds."""

    seconds: float = 1800.0
    pause: float = 1.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Wish:
    """What was uploaded: the versions a release must have taken up before its end counts."""

    parts: Mapping[str, Artifact]
    manifest_version: str | None
    baseline: Artifact | None = None
    request: Artifact | None = None


class TimeLine:
    """The moments of a deployment that nobody has been shown yet."""

    def __init__(self, ports: Ports, deployment: str) -> None:
        self._ports, self._deployment = ports, deployment
        self._shown = set(ports.ledger.history(deployment))

    def news(self) -> list[Moment]:
        """What was added since the last look."""
        found = [m for m in self._ports.ledger.history(self._deployment) if m not in self._shown]
        self._shown.update(found)
        return found


def follow(
    line: TimeLine,
    ended: Callable[[], End | None],
    show: Callable[[Moment], None],
    patience: Patience,
) -> End:
    """Show the moments as they come until `ended` says how it went. Raises Problem when late."""

    def look() -> End | None:
        end = ended()
        for moment in line.news():
            show(moment)
        return end

    remedy = "It goes on without you; `slipway status` shows what it waits for."
    return wait_for(look, patience, remedy)


def attend(
    line: TimeLine, ended: Callable[[], End | None], what: str, seconds: float, pause: float
) -> End:
    """Follow at the prompt for so many seconds at most; `what` is followed is said meanwhile."""
    console = screen.out()
    with console.status(f"[dim]following the {what}; Ctrl-C leaves it running"):
        return follow(line, ended, shown_on(console), Patience(seconds, pause))


def wait_for(look: Callable[[], Found | None], patience: Patience, remedy: str = "") -> Found:
    """What `look` finds at last. Raises Problem when late."""
    deadline = patience.clock() + patience.seconds
    while (found := look()) is None:
        if patience.clock() > deadline:
            raise Problem(f"not over after {patience.seconds:g} seconds", remedy, Exit.LATE)
        patience.sleep(patience.pause)
    return found


def outcome(ports: Ports, deployment: str, wish: Wish) -> End | None:
    """How the release of `wish` ended; None while it is under way."""
    record = ports.ledger.load(deployment)
    if not takes_up(record, wish):
        return _superseded(ports, record, wish)
    settled, desired = record.settled, record.desired
    if settled and desired and settled.told and settled.generation == desired.generation:
        return End(settled.announce.verdict, settled.announce.reason)
    if record.waiting and desired and desired.missing:
        missing = ", ".join(f"--part {part}" for part in desired.missing)
        return End(AWAITS_PARTS, f"`slipway push {deployment} FILE` with {missing}")
    if record.waiting and awaits_approval(ports, record):
        owed = waits(desired, record.inspected) if desired else ""
        how = f"`slipway approve {deployment}` or `slipway reject …`"
        return End(AWAITS_APPROVAL, f"{how}: {owed}" if owed else how)
    return None


def awaits_approval(ports: Ports, record: Record) -> bool:
    """Whether a person's word in the model registry is what a release waits for."""
    packages = look(ports, record).world.packages
    return any(package.approval == PackageApproval.PENDING for package in packages)


def tell(console: Console, moment: Moment, indent: str = "") -> None:
    """Print one moment of a time line: in a terminal in columns, elsewhere as one line."""
    at = Text(indent + screen.clock(moment.at), "dim")
    what, why = screen.worded(moment.what), " ".join(moment.why.split())
    if console.is_terminal:
        console.print(screen.columns((at, len(at)), (what, WIDEST), (Text(why), None)))
        return
    what.pad_right(max(0, WIDEST - len(what)))
    console.print(Text("  ").join((at, what, Text(why))), soft_wrap=True)


def shown_on(console: Console, indent: str = "") -> Callable[[Moment], None]:
    """A `show` for `follow` that prints each moment in a line; `slipway history` has the rest."""
    return lambda moment: tell(console, replace(moment, why=screen.brief(moment.why)), indent)


def _superseded(ports: Ports, record: Record, wish: Wish) -> End | None:
    """What S3 and events tell: which upload was finished last, of which this is one."""
    arrived = reduce(arriving, wish.parts.values(), record.arrived)
    newest = ports.uploaded.newest(record.deployment, wish.parts, arrived).parts
    for part, artifact in wish.parts.items():
        if part in newest and not _same(newest[part], artifact):
            return End(SUPERSEDED, f"a newer upload took its place: {newest[part].uri}")
    return None


def takes_up(record: Record, wish: Wish) -> bool:
    """Whether all that was uploaded is wanted now."""
    desired = record.desired
    if desired is None:
        return False
    for part, artifact in wish.parts.items():
        if not (part in desired.parts and _same(desired.parts[part], artifact)):
            return False
    if wish.baseline and not (desired.baseline and _same(desired.baseline, wish.baseline)):
        return False
    if wish.request and not (desired.request and _same(desired.request, wish.request)):
        return False
    return wish.manifest_version in (None, desired.manifest_version)


def _same(one: Artifact, other: Artifact) -> bool:
    return (one.key, one.version_id) == (other.key, other.version_id)
