"""The keys below `alarms` in slipway.yaml. Their docstrings are what the page says."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from slipway.domain.remedy import AlarmPolicy, Cure, Kind, Limit
from slipway.rollout_keys import Span, duration, seconds, share
from slipway.strict_keys import Strict

# How SageMaker's metrics are looked at, and in what unit their limits are given.
METRICS = {
    "Invocation4XXErrors": ("Average", "%"),
    "Invocation5XXErrors": ("Average", "%"),
    "InvocationModelErrors": ("Average", "%"),
    "ModelLatency": ("p99", "s"),
    "OverheadLatency": ("p99", "s"),
    "Invocations": ("Sum", ""),
    "InvocationsPerInstance": ("Sum", ""),
    "CPUUtilization": ("Average", "percent"),
    "MemoryUtilization": ("Average", "percent"),
    "DiskUtilization": ("Average", "percent"),
    "GPUUtilization": ("Average", "percent"),
}
MICROSECONDS = 1_000_000
MINUTE, MOST_MINUTES, MOST_COOLDOWN = 60, 60, 1440

Amount = Annotated[str, Field(pattern=r"^\d+(\.\d+)?(%|ms|s)$")] | Annotated[float, Field(ge=0)]
Plain = Literal["notify", "hold", "rollback", "replace"]


class ScaleOut(Strict):
    """More instances, until it is quiet."""

    by: Annotated[int, Field(ge=1, le=100)] = 1
    """How many more at a time."""
    up_to: Annotated[int, Field(ge=2, le=1000)]
    """How many there may be."""


class Given(Strict):
    """A remedy that has to be told more than its name."""

    scale_out: ScaleOut | None = None
    """More instances, until it is quiet."""
    start: Annotated[str, Field(pattern=r"^[\w.-]+$", max_length=256)] | None = None
    """A state machine or a SageMaker pipeline, by its name, that the installation allows."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.scale_out is None) == (self.start is None):
            raise ValueError("give one of `scale_out` and `start`, and the others as more remedies")
        return self


class AlarmKeys(Strict):
    """An alarm, and what is done about it."""

    metric: str | None = None
    """A metric of SageMaker's, such as Invocation5XXErrors, for which an alarm is made."""
    above: Amount | None = None
    """From where on it rings: 1%, 800ms, 2s, or a number."""
    for_: Annotated[Span, Field(alias="for")] = "3m"
    """For how long it has to be so, in minutes; 1h at most."""
    variant: str | None = None
    """Of which variant; of each when absent."""
    name: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    """Or an alarm that exists already."""
    drift: Literal["any"] | None = None
    """Or drift, as `monitor` finds it."""
    remedy: Plain | Given | Annotated[list[Plain | Given], Field(min_length=1, max_length=6)]
    """What is done: notify, hold, rollback, replace, {scale_out: {by: 1, up_to: 4}} or
    {start: NAME}; of a list the next one where that did not help."""
    cooldown: Span = "1h"
    """For how long nothing is done about it again; 24h at most."""
    most: Annotated[int, Field(ge=1, le=24)] = 3
    """How often something is done about it in a day."""

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if sum(each is not None for each in (self.metric, self.name, self.drift)) != 1:
            raise ValueError("give one of `metric`, `name` and `drift`")
        if self.metric is None and (self.above is not None or self.variant):
            raise ValueError("`above` and `variant` are for a `metric`; leave them out")
        if self.metric and self.metric not in METRICS:
            known = ", ".join(METRICS)
            raise ValueError(
                f"`metric` {self.metric:.80} is none that a variant has; known are {known}; give "
                "the `name` of an alarm of your own for any other"
            )
        if self.metric:
            self.limit()
        if not MINUTE <= seconds(self.cooldown) <= MOST_COOLDOWN * MINUTE:
            raise ValueError("`cooldown` is from 1m to 24h")
        return self

    def limit(self) -> Limit | None:
        """What it looks at. Raises ValueError where the unit is not the metric's."""
        if self.metric is None:
            return None
        statistic, unit = METRICS[self.metric]
        minutes, rest = divmod(seconds(self.for_), MINUTE)
        if rest or not 1 <= minutes <= MOST_MINUTES:
            raise ValueError(f"`for` is whole minutes, 1m to 1h; {self.for_} is not")
        above = _amount(self.metric, self.above, unit)
        return Limit(self.metric, statistic, above, minutes, self.variant or "")

    def policy(self) -> AlarmPolicy:
        given = self.remedy if isinstance(self.remedy, list) else [self.remedy]
        cures = tuple(dict.fromkeys(_cure(each) for each in given))
        cooldown = seconds(self.cooldown) // MINUTE
        return AlarmPolicy(cures, self.limit(), self.name or "", cooldown, self.most)


def check_alarms(
    alarms: list[AlarmKeys], variants: list[str], *, monitored: bool, scaled: bool
) -> None:
    """Whether the alarms can be told apart, and can ring. Raises ValueError."""
    seen: set[str] = set()
    for each in alarms:
        if each.drift and not monitored:
            raise ValueError("`alarms`: there is no drift to see without `monitor`; add it")
        if scaled and any(cure.kind == Kind.SCALE_OUT for cure in each.policy().cures):
            raise ValueError(
                "`alarms`: `autoscaling` says how many instances there are; leave out "
                "`scale_out`, or `autoscaling`"
            )
        if each.variant and each.variant not in variants:
            raise ValueError(f"`alarms`: there is no variant {each.variant}")
        of = [each.variant] if each.variant else variants
        names = {f"{each.metric} of {v}" for v in of} if each.metric else {each.name or "drift"}
        if twice := seen & names:
            raise ValueError(
                f"`alarms`: {min(twice)} is there twice; give it once, with a list of remedies"
            )
        seen |= names


def _amount(metric: str, given: Amount | None, unit: str) -> float:
    """The limit in CloudWatch's unit."""
    amounts = {"%": "as in 1%", "s": "as in 800ms or 2s", "percent": "as in 80%", "": "a number"}
    match unit, given:
        case "%", str(text) if text.endswith("%"):
            return share(text)
        case "percent", str(text) if text.endswith("%"):
            return float(text.removesuffix("%"))
        case "s", str(text) if text.endswith("s"):
            return duration(text) * MICROSECONDS
        case "", float(number):
            return number
    raise ValueError(f"`above` of {metric} is {amounts[unit]}; {given!r} is not")


def _cure(given: Plain | Given) -> Cure:
    if not isinstance(given, Given):
        return Cure(Kind(given))
    if given.scale_out:
        return Cure(Kind.SCALE_OUT, given.scale_out.by, given.scale_out.up_to)
    return Cure(Kind.START, target=given.start or "")
