"""Alarms: what they look at, and how they are seen."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from slipway.domain.desired import MissingData


class AlarmState(StrEnum):
    """As CloudWatch spells them."""

    OK = "OK"
    ALARM = "ALARM"
    NO_DATA = "INSUFFICIENT_DATA"


@dataclass(frozen=True, slots=True)
class Metric:
    """A statistic of a metric of CloudWatch's."""

    namespace: str
    name: str
    statistic: str
    dimensions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm of Slipway's own on `metric`: it rings where `datapoints` of the last `periods`, of
    `period` seconds each, reach the threshold."""

    name: str
    about: str
    metric: Metric
    threshold: float
    period: int
    periods: int = 1
    datapoints: int = 1
    missing_data: MissingData = MissingData.NOT_BREACHING


@dataclass(frozen=True, slots=True)
class Sighting:
    """An alarm as it is seen: its state, `since` when in epoch seconds, and CloudWatch's reason for
    it. `alarm` is what it looks at, as far as Slipway makes such alarms."""

    name: str
    state: AlarmState
    since: float = 0.0
    reason: str = ""
    alarm: Alarm | None = None

    @property
    def rings(self) -> bool:
        return self.state == AlarmState.ALARM


def named(sightings: Iterable[Sighting], names: Collection[str]) -> dict[str, Sighting]:
    """Those of the names that were seen."""
    return {seen.name: seen for seen in sightings if seen.name in names}
