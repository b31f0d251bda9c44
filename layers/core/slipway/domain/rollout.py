"""How traffic moves from what serves to what is wanted: one policy for all that serves."""

from dataclasses import dataclass
from enum import StrEnum

from slipway.domain.judging import DEFAULT, Criteria


class Plain(StrEnum):
    """The way that nobody has to ask for."""

    ALL_AT_ONCE = "all_at_once"

    @property
    def words(self) -> str:
        """What a person calls it."""
        return self.value


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

    @property
    def words(self) -> str:
        """What a person calls it."""
        return f"by steps of {', '.join(f'{share} %' for share in self.steps)}"


Rollout = Plain | Steps
