"""How traffic moves from what serves to what is wanted: one policy for all that serves."""

from dataclasses import dataclass, field
from enum import StrEnum

from slipway.domain.judging.judge import DEFAULT, Criteria


class Plain(StrEnum):
    """The way that nobody has to ask for."""

    ALL_AT_ONCE = "all_at_once"

    @property
    def words(self) -> str:
        """What a person calls it."""
        return self.value


class Way(StrEnum):
    """How SageMaker moves traffic, while alarms watch."""

    ALL_AT_ONCE = "all_at_once"
    CANARY = "canary"
    LINEAR = "linear"
    ROLLING = "rolling"


@dataclass(frozen=True, slots=True)
class Size:
    """A share of a variant's instances: so many percent of them, or so many."""

    value: int
    percent: bool = True

    @property
    def words(self) -> str:
        """What a person calls it."""
        return f"{self.value} %" if self.percent else f"{self.value} instances"


@dataclass(frozen=True, slots=True)
class Guards:
    """From where on Slipway's own alarms send a new version back: shares of the requests, and
    seconds."""

    errors_5xx: float = 0.01
    errors_4xx: float = 0.2
    latency_p99: float = 30.0
    no_answer: float = 0.2


@dataclass(frozen=True, slots=True)
class Guarded:
    """By the service: SageMaker moves the traffic, and moves it back when an alarm rings.

    `size` is that of the canary, of each linear step, or of a rolling batch. All times are in
    seconds. `alarms` are the user's own by their names; in what is asked of SageMaker, all.
    """

    way: Way
    size: Size | None = None
    wait_interval: int = 600
    termination_wait: int = 600
    maximum_execution_timeout: int | None = None
    rollback_size: Size | None = None
    alarms: tuple[str, ...] = ()
    guards: Guards = field(default_factory=Guards)

    @property
    def words(self) -> str:
        """What a person calls it."""
        size = f" of {self.size.words}" if self.size else ""
        return f"{self.way}{size} by SageMaker"


class Undecided(StrEnum):
    """What becomes of a candidate that was asked too little to be judged."""

    HOLD = "hold"
    PROMOTE = "promote"
    RETREAT = "retreat"


@dataclass(frozen=True, slots=True)
class Steps:
    """By Slipway: the candidate gets these shares of the traffic, in percent, one after the other,
    and is judged at each.

    `every` is how long a step lasts, and `at_most` how long it may last where too little was asked
    to judge; both in seconds.
    """

    steps: tuple[int, ...]
    every: int = 600
    at_most: int = 7200
    undecided: Undecided = Undecided.HOLD
    judge: Criteria = DEFAULT

    def share(self, step: int) -> int:
        """The candidate's share of the traffic, in percent, once it has passed so many steps."""
        return self.steps[min(step, len(self.steps) - 1)]

    @property
    def words(self) -> str:
        """What a person calls it."""
        return f"by steps of {', '.join(f'{share} %' for share in self.steps)}"


Rollout = Plain | Guarded | Steps
