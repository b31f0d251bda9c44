"""Following a release: every moment once, until it ends or patience does."""

from dataclasses import dataclass, field, replace
from io import StringIO
from typing import Any

import pytest
from rich.console import Console
from slipway.domain.desired import Artifact, Desired, Policy, Uploads
from slipway.domain.record import Record, Settled
from slipway.domain.steps import Announce, Verdict
from slipway.ports import Moment
from slipway_cli.failures import Exit, Problem
from slipway_cli.follow import (
    SUPERSEDED,
    End,
    Patience,
    TimeLine,
    Wish,
    follow,
    outcome,
    tell,
)

MINE = Artifact("bucket", "models/a/model.tar.gz", "v1", 100.0, 10)
OTHER = Artifact("bucket", "models/a/model.tar.gz", "v2", 100.0, 10)


@dataclass
class Ledger:
    record: Record = field(default_factory=lambda: Record("a"))
    moments: list[Moment] = field(default_factory=list)

    def load(self, _deployment: str) -> Record:
        return self.record

    def history(self, _deployment: str) -> list[Moment]:
        return list(self.moments)


@dataclass
class Uploaded:
    artifact: Artifact | None = MINE
    arrived: tuple[Artifact, ...] = ()

    def newest(self, _deployment: str, _parts: object, arrived: tuple[Artifact, ...]) -> Uploads:
        self.arrived = arrived
        return Uploads({"": self.artifact} if self.artifact else {}, None)


@dataclass
class Ports:
    """As much of the world as a follower looks at."""

    ledger: Ledger = field(default_factory=Ledger)
    uploaded: Uploaded = field(default_factory=Uploaded)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def settled(artifact: Artifact, verdict: Verdict, *, told: bool = True) -> Record:
    desired = Desired("a", 3, {"": artifact}, Policy())
    return Record("a", desired=desired, settled=Settled(3, Announce(verdict, "because"), told))


def ended(record: Record, newest: Artifact | None = MINE) -> End | None:
    ports: Any = Ports(Ledger(record), Uploaded(newest))
    return outcome(ports, "a", Wish({"": MINE}, None))


def test_an_upload_that_nobody_has_seen_is_not_over() -> None:
    assert ended(Record("a")) is None


@pytest.mark.parametrize("verdict", list(Verdict))
def test_the_verdict_on_my_upload_ends_it(verdict: Verdict) -> None:
    assert ended(settled(MINE, verdict)) == End(verdict, "because")


def test_a_verdict_that_was_not_told_yet_is_not_the_end() -> None:
    assert ended(settled(MINE, Verdict.RELEASED, told=False)) is None


def test_the_verdict_on_the_upload_before_mine_is_not_mine() -> None:
    assert ended(settled(OTHER, Verdict.RELEASED)) is None


def test_an_upload_in_the_same_second_supersedes_mine() -> None:
    end = ended(settled(OTHER, Verdict.RELEASED), newest=OTHER)
    assert end
    assert (end.verdict, end.good) == (SUPERSEDED, False)


def test_a_manifest_is_followed_by_its_version() -> None:
    record = settled(MINE, Verdict.RELEASED)
    ports: Any = Ports(Ledger(record))
    assert outcome(ports, "a", Wish({}, "m2")) is None


def test_baseline_data_is_followed_by_its_version() -> None:
    record = settled(MINE, Verdict.RELEASED)
    ports: Any = Ports(Ledger(record))
    wish = Wish({}, None, Artifact("bucket", "models/a/baseline.csv", "d2", 100.0, 10))
    assert outcome(ports, "a", wish) is None
    assert record.desired is not None
    known = replace(record, desired=replace(record.desired, baseline=wish.baseline))
    assert outcome(Ports(Ledger(known)), "a", wish) == End("Released", "because")  # type: ignore[arg-type] # as much as it looks at


def test_every_moment_is_shown_once_and_none_of_before() -> None:
    old, new, last = (Moment(at, "", f"Step {at}", "why") for at in (1.0, 2.0, 3.0))
    ports: Any = Ports(Ledger(moments=[old]))
    line, shown, clock = TimeLine(ports, "a"), [], Clock()
    ports.ledger.moments.append(new)

    def over() -> End | None:
        if clock.now < 2:
            return None
        ports.ledger.moments.append(last)
        return End("Released", "because")

    patience = Patience(10, 1, clock, clock.sleep)
    assert follow(line, over, shown.append, patience).verdict == "Released"
    assert shown == [new, last]


def test_patience_ends_and_says_where_to_look() -> None:
    clock, ports = Clock(), Ports()
    line: Any = TimeLine(ports, "a")  # type: ignore[arg-type] # as much as it looks at
    with pytest.raises(Problem) as late:
        follow(line, lambda: None, lambda _: None, Patience(5, 1, clock, clock.sleep))
    assert late.value.code == Exit.LATE
    assert "slipway status" in late.value.remedy


MOMENT = Moment(0.0, "", "Announce (Held)", "<html>\n<title>" + "500 " * 30)


def test_in_a_log_a_moment_is_one_line_whatever_a_model_said() -> None:
    log = StringIO()
    tell(Console(file=log, width=80), MOMENT)
    (line,) = log.getvalue().splitlines()
    assert "Announce (Held)          <html> <title>500 500" in line


def test_in_a_terminal_it_stays_in_its_columns() -> None:
    log = StringIO()
    tell(Console(file=log, width=80, force_terminal=True, color_system=None), MOMENT, "  ")
    first, *more = log.getvalue().splitlines()
    assert first.startswith("  ")
    assert more
    assert all(line.startswith(" " * 41 + "500") for line in more)


@pytest.mark.parametrize("later", [50.0, 150.0])
def test_what_was_pushed_is_finished_though_no_event_has_told(later: float) -> None:
    other = replace(OTHER, uploaded_at=later)
    ports: Any = Ports(Ledger(Record("a", arrived=(other,))))
    assert outcome(ports, "a", Wish({"": MINE}, None)) is None
    assert ports.uploaded.arrived == ((other,) if later > MINE.uploaded_at else (MINE,))
