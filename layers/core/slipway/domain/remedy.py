"""Remedies: what is done about an alarm, how often, and what came of it."""

from dataclasses import dataclass, replace
from enum import StrEnum

from slipway.domain import naming

DRIFT = "drift"  # what it is called where an alarm is meant
DAY_MINUTES = 1440


class Kind(StrEnum):
    """What can be done about an alarm, from the mildest to the strongest."""

    NOTIFY = "notify"
    START = "start"
    HOLD = "hold"
    SCALE_OUT = "scale_out"
    REPLACE = "replace"
    ROLLBACK = "rollback"


STRENGTH = tuple(Kind)
# Those of which it can be seen whether they helped.
ACTING = frozenset({Kind.SCALE_OUT, Kind.REPLACE, Kind.ROLLBACK})


@dataclass(frozen=True, slots=True)
class Cure:
    """One remedy. It scales out `by` so many instances, `up_to` so many; `target` is what it
    starts."""

    kind: Kind
    by: int = 1
    up_to: int = 0
    target: str = ""

    @property
    def words(self) -> str:
        """What a person calls it."""
        return f"{self.kind} {self.target}".strip()


@dataclass(frozen=True, slots=True)
class Limit:
    """What a metric of the endpoint's variants, or of one, must not reach for so many minutes in a
    row."""

    metric: str
    statistic: str
    above: float
    minutes: int
    variant: str = ""


@dataclass(frozen=True, slots=True)
class AlarmPolicy:
    """An alarm, and what is done about it: the first of `cures`, and the next where that did not
    help.

    It is a `limit`, one that exists by its `name`, or drift where it is neither. One that rings
    again within `cooldown` minutes is told of and no more, and so is one about which something was
    done `most` times in a day.
    """

    cures: tuple[Cure, ...]
    limit: Limit | None = None
    name: str = ""
    cooldown: int = 60
    most: int = 3

    def names(self, endpoint: str, variants: tuple[str, ...]) -> tuple[str, ...]:
        """The alarms that it is about."""
        limit = self.limit
        if limit is None:
            return (self.name or DRIFT,)
        watched = (limit.variant,) if limit.variant else variants
        return tuple(naming.guard_name(endpoint, each, limit.metric) for each in watched)


class Outcome(StrEnum):
    """What came of a remedy."""

    OPEN = "is at work"
    DONE = "is done"
    HELPED = "helped"
    FAILED = "did not help"
    UNSEEN = "may have helped"
    UNTAKEN = "is not taken"


@dataclass(frozen=True, slots=True)
class Remedied:
    """What was done, under `generation`, about an alarm that had been ringing `since` then, and
    why; both times in epoch seconds.

    `counts` are the instances of each variant that was scaled out, before and after, until they
    are given back. `told` says that people know how it stands.
    """

    alarm: str
    since: float
    cure: Cure
    generation: int
    why: str
    outcome: Outcome = Outcome.OPEN
    at: float = 0.0
    counts: tuple[tuple[str, int, int], ...] = ()
    told: bool = False

    @property
    def words(self) -> str:
        """How it stands, in words."""
        return f"{self.alarm}: {self.cure.words} {self.outcome}: {self.why}"

    def ended(self, outcome: Outcome, why: str) -> "Remedied":
        return replace(self, outcome=outcome, why=why, told=False)

    def is_of_the_same(self, other: "Remedied") -> bool:
        """Whether it is the same remedy for the same alarm's ringing."""
        mine, theirs = (self.alarm, self.since, self.cure), (other.alarm, other.since, other.cure)
        return mine == theirs
