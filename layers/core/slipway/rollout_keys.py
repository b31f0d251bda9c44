"""The keys below `rollout` in slipway.yaml. Their docstrings are what the page says."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from slipway.domain.judging.judge import DEFAULT
from slipway.domain.rollout import Undecided
from slipway.strict_keys import Strict

Percent = Annotated[int, Field(ge=1, le=99)]
Rate = Annotated[float, Field(ge=0.0001, le=0.5)]
Span = Annotated[str, Field(pattern=r"^\d{1,4}[smh]$")]
SECONDS = {"s": 1, "m": 60, "h": 3600}
LEAST_SECONDS = 60  # CloudWatch has a number a minute


class Judging(Strict):
    """What a candidate is judged by, against the version that serves beside it."""

    min_requests: Annotated[int, Field(ge=1)] = DEFAULT.min_requests
    """No step is passed in which the candidate was asked less than this."""
    error_rate: Rate = DEFAULT.error_rate
    """None is promoted whose errors may be more than this and twice the stable version's."""
    latency: Annotated[float, Field(ge=0, le=10)] | None = DEFAULT.latency
    """By how much slower it may be, at p50, p90 and p99; null where that does not matter."""
    false_alarms: Rate = DEFAULT.false_alarms
    """The share of rollouts in which a healthy candidate may be sent back."""
    missed: Rate = DEFAULT.missed
    """The share of harmful candidates that may be promoted."""


class Stepwise(Strict):
    """By Slipway: the candidate gets more of the traffic step by step, and is judged at each."""

    steps: Annotated[list[Percent], Field(min_length=1, max_length=20)]
    """The candidate's shares of the traffic, in percent, one after the other: [5, 25, 50]."""
    every: Span = "10m"
    """How long a step lasts: 90s, 10m or 1h, a minute at least."""
    at_most: Span = "2h"
    """How long a step may last where too little is asked to judge."""
    undecided: Undecided = Field(default=Undecided.HOLD, strict=False)
    """What becomes of a candidate that was asked too little even then."""
    judge: Judging = Judging()
    """What it is judged by."""

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if list(self.steps) != sorted(set(self.steps)):
            raise ValueError(f"`steps` have to rise; {self.steps} do not")
        if not LEAST_SECONDS <= seconds(self.every) <= seconds(self.at_most):
            raise ValueError("`every` is a minute at least, and no longer than `at_most`")
        return self


def seconds(span: str) -> int:
    """A span of time such as 90s, 10m or 1h in seconds."""
    return int(span[:-1]) * SECONDS[span[-1]]


def duration(given: str) -> float:
    """How long an answer takes, such as 800ms or 2s, in seconds."""
    if given.endswith("ms"):
        return float(given.removesuffix("ms")) / 1000
    return float(given.removesuffix("s"))


def share(given: str) -> float:
    """A percentage such as 1% as a share of one."""
    return float(given.removesuffix("%")) / 100
