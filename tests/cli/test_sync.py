"""`slipway sync` ends with what became of what is wanted now, never with an older verdict."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from slipway.domain.desired import Artifact, Desired, Policy
from slipway.domain.lease import Lease
from slipway.domain.record import Record, Settled
from slipway.domain.steps import Announce, Verdict
from slipway_cli.failures import Problem
from slipway_cli.follow import End
from slipway_cli.sync import ended

ARTIFACT = Artifact("bucket", "models/a/model.tar.gz", "v2", 100.0, 10)
RELEASED = Announce(Verdict.RELEASED, "version 2 serves", "config")
SETTLED = Record(
    "a", desired=Desired("a", 2, {"": ARTIFACT}, Policy()), settled=Settled(2, RELEASED, told=True)
)


@dataclass
class Stack:
    """As much of a stack as is looked at: a record, and how executions stand."""

    record: Record
    status: dict[str, bool | Problem] = field(default_factory=lambda: {"mine": True})

    @property
    def ports(self) -> Any:
        return self

    ledger = ports

    def load(self, _deployment: str) -> Record:
        return self.record

    def succeeded(self, execution: str, _what: str) -> bool:
        found = self.status[execution]
        if isinstance(found, Problem):
            raise found
        return found


def end_of(record: Record, **status: bool | Problem) -> End | None:
    stack: Any = Stack(record, {"mine": True, **status})
    return ended(stack, "a", "mine")


def test_it_ends_with_the_verdict_on_what_is_wanted_now() -> None:
    assert end_of(SETTLED) == End(Verdict.RELEASED, "version 2 serves")
    assert end_of(SETTLED, mine=False) is None


def test_whoever_was_at_it_already_is_waited_for() -> None:
    theirs = replace(SETTLED, lease=Lease("theirs", 3, 1.0))
    assert end_of(theirs, theirs=False) is None
    with pytest.raises(Problem, match="broke"):
        end_of(theirs, theirs=Problem("it broke"))


def test_the_verdict_on_an_older_version_is_no_end() -> None:
    assert SETTLED.settled is not None
    for settled in (
        replace(SETTLED.settled, generation=1),
        replace(SETTLED.settled, told=False),
        None,
    ):
        with pytest.raises(Problem, match="no verdict"):
            end_of(replace(SETTLED, settled=settled))
