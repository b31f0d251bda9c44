"""The keys below `rollout` in slipway.yaml. Their docstrings are what the page says."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from slipway.domain.rollout import Undecided

Percent = Annotated[int, Field(ge=1, le=99)]
Span = Annotated[str, Field(pattern=r"^\d{1,4}[smh]$")]
SECONDS = {"s": 1, "m": 60, "h": 3600}
LEAST_SECONDS = 60  # CloudWatch has a number a minute


class Stepwise(BaseModel):
    """By Slipway: the candidate gets more of the traffic step by step, and is judged at each."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True
    )

    steps: Annotated[list[Percent], Field(min_length=1, max_length=20)]
    """The candidate's shares of the traffic, in percent, one after the other: [5, 25, 50]."""
    every: Span = "10m"
    """How long a step lasts: 90s, 10m or 1h, a minute at least."""
    at_most: Span = "2h"
    """How long a step may last where too little is asked to judge."""
    undecided: Undecided = Field(default=Undecided.HOLD, strict=False)
    """What becomes of a candidate that was asked too little even then."""

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
