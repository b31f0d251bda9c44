"""How CloudWatch judges an alarm: M of the last N periods, and what stands for missing data.

Source: "Alarm evaluation" and "Configuring how CloudWatch alarms treat missing data", Amazon
CloudWatch user guide; the events are shaped as "Alarm events and EventBridge" there.
"""

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

OK, ALARM, UNKNOWN = "OK", "ALARM", "INSUFFICIENT_DATA"

_BREACHES = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
_WORDS = {
    "GreaterThanOrEqualToThreshold": "greater than or equal to",
    "GreaterThanThreshold": "greater than",
    "LessThanThreshold": "less than",
    "LessThanOrEqualToThreshold": "less than or equal to",
}
# CloudWatch looks back further than the periods it judges; its examples, by two.
_LOOK_BACK = 2


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm on one metric; `missing` is breaching, notBreaching, ignore or missing."""

    statistic: str
    period: int
    periods: int
    datapoints: int
    threshold: float
    comparison: str
    missing: str = "missing"

    @property
    def span(self) -> int:
        """How many periods an evaluation looks at."""
        return self.periods + _LOOK_BACK

    def breaches(self, value: float) -> bool:
        """Whether one period's value is on the wrong side of the threshold."""
        return bool(_BREACHES[self.comparison](value, self.threshold))


@dataclass(frozen=True, slots=True)
class Datapoint:
    """A period, by its start in epoch seconds, and its value where the metric has one."""

    start: float
    value: float | None


def judge(alarm: Alarm, datapoints: Sequence[Datapoint], state: str) -> str:
    """The state after looking at the last `alarm.span` periods, oldest first."""
    values = [point.value for point in datapoints]
    bad = [value is not None and alarm.breaches(value) for value in values]
    known = [breach for value, breach in zip(values, bad, strict=True) if value is not None]
    breaches = sum(known[-alarm.periods :])
    if len(known) >= alarm.periods:
        return ALARM if breaches >= alarm.datapoints else OK
    if alarm.missing == "breaching":
        breaches += alarm.periods - len(known)
    if breaches >= alarm.datapoints:
        return ALARM
    if alarm.missing in ("breaching", "notBreaching") or not all(known):
        return OK
    return _judge_gaps(alarm, bad, state)


def _judge_gaps(alarm: Alarm, bad: Sequence[bool], state: str) -> str:
    """All that is known breaches, but it is too little: keep the state, or tell by its age."""
    if alarm.missing == "ignore":
        return state
    if not any(bad):
        return UNKNOWN
    age = len(bad) - bad.index(True)
    return ALARM if age >= alarm.datapoints else state


def reason(alarm: Alarm, datapoints: Sequence[Datapoint], change: tuple[str, str]) -> str:
    """Why the state changed from `change[0]` to `change[1]`, in CloudWatch's words."""
    known = [point for point in datapoints if point.value is not None][-alarm.periods :]
    old, new = change
    minimum = alarm.datapoints if new == ALARM else alarm.periods - alarm.datapoints + 1
    if not known:
        count = f"{alarm.periods} datapoint{'s were' if alarm.periods > 1 else ' was'}"
        return f"Insufficient Data: {count} unknown."
    agreeing = sum(alarm.breaches(point.value or 0.0) == (new == ALARM) for point in known)
    listed = ", ".join(f"{point.value} ({_short(point.start)})" for point in reversed(known))
    verb = "was" if agreeing == 1 else "were"
    sense = "" if new == ALARM else "not "
    return (
        f"Threshold Crossed: {agreeing} out of the last {len(known)} datapoints [{listed}] {verb} "
        f"{sense}{_WORDS[alarm.comparison]} the threshold ({alarm.threshold}) (minimum {minimum} "
        f"datapoint{'s' if minimum > 1 else ''} for {old} -> {new} transition)."
    )


def reason_data(alarm: Alarm, datapoints: Sequence[Datapoint], now: float) -> Mapping[str, Any]:
    """The same, for machines."""
    known = [point for point in datapoints if point.value is not None][-alarm.periods :]
    first = {"startDate": stamp(known[0].start)} if known else {}
    return {
        "version": "1.0",
        "queryDate": stamp(now),
        **first,
        "statistic": alarm.statistic,
        "period": alarm.period,
        "recentDatapoints": [point.value for point in known],
        "threshold": alarm.threshold,
    }


def stamp(time: float) -> str:
    """2019-10-02T17:04:40.985+0000"""
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"


def _short(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).strftime("%d/%m/%y %H:%M:%S")
