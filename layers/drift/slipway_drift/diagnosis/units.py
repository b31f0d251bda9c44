"""Numbers in another unit than the baseline's."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from slipway_drift.diagnosis.diagnosis import Diagnosis
from slipway_drift.diagnosis.scene import gap_between, numeric_gap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway_drift.checks.check import FeatureCheck
    from slipway_drift.diagnosis.scene import Scene
    from slipway_drift.statistics.column import Column
    from slipway_drift.statistics.statistics_document import FeatureStatistics

FEWEST: Final = 5  # different values, before a factor means anything
CLOSER: Final = 4  # times, at least
QUARTERS: Final = (0.25, 0.75)
SMALL: Final = 9.0
NEAR: Final = (0.9, 1.1)  # a small factor is believed where these do not fit as well


@dataclass(frozen=True, slots=True)
class Unit:
    """What makes the baseline's values today's: times a factor, plus a constant."""

    factor: float
    offset: float = 0.0
    named: str = ""

    @property
    def is_common(self) -> bool:
        """Say whether a factor is so small that a change of another kind may look like it."""
        return not self.offset and 1 / SMALL < self.factor < SMALL

    @property
    def told(self) -> str:
        if self.named:
            return self.named
        times = f"{self.factor:,.10g}" if self.factor >= 1 else f"1/{1 / self.factor:,.10g}"
        return f"multiplied by {times}"


DECIMAL: Final = tuple(Unit(10.0**power) for power in (-6, -4, -3, -2, -1, 1, 2, 3, 4, 6))
OTHERS: Final = (
    Unit(-1.0, named="of the other sign"),
    Unit(1.8, 32.0, "°F, where they were °C"),
    Unit(1 / 1.8, -32 / 1.8, "°C, where they were °F"),
    Unit(1.0, 273.15, "kelvins, where they were °C"),
    Unit(1.0, -273.15, "°C, where they were kelvins"),
    Unit(60.0, named="multiplied by 60, as of minutes made seconds"),
    Unit(1 / 60, named="divided by 60, as of seconds made minutes"),
    Unit(3600.0, named="multiplied by 3,600, as of hours made seconds"),
    Unit(1 / 3600, named="divided by 3,600, as of seconds made hours"),
    Unit(2.2046226, named="pounds, where they were kilograms"),
    Unit(1 / 2.2046226, named="kilograms, where they were pounds"),
    Unit(1.609344, named="kilometres, where they were miles"),
    Unit(1 / 1.609344, named="miles, where they were kilometres"),
    Unit(3.2808399, named="feet, where they were metres"),
    Unit(1 / 3.2808399, named="metres, where they were feet"),
    Unit(2.54, named="centimetres, where they were inches"),
    Unit(1 / 2.54, named="inches, where they were centimetres"),
)
UNITS: Final = (*DECIMAL, *OTHERS)


def units(scene: Scene) -> Iterator[Diagnosis]:
    """Tell of each unit, with all the columns that are in it now."""
    found: dict[Unit, list[tuple[FeatureCheck, float]]] = {}
    for feature in scene.suspects:
        unit, gap = best(feature)
        if unit and is_sure(scene, feature, unit, gap):
            found.setdefault(unit, []).append((feature, gap))
    for unit, held in found.items():
        yield told(scene, unit, held)


def best(feature: FeatureCheck) -> tuple[Unit | None, float]:
    """The unit in which the baseline is nearest to the window."""
    likely = [unit for unit in UNITS if brings_near(feature, unit)] if varies(feature) else []
    found = ((unit, apart(feature, unit)) for unit in likely)
    return min(found, key=lambda held: held[1], default=(None, 1.0))


def brings_near(feature: FeatureCheck, unit: Unit) -> bool:
    """Say whether the baseline's middle comes to lie in the middle of the window; quickly."""
    items, weights = feature.current.numbers.sketch.weighted()
    ranks = np.cumsum(weights) / weights.sum()
    low, high = (items[np.searchsorted(ranks, share)] for share in QUARTERS)
    middle = median(feature.baseline) * unit.factor + unit.offset
    return bool(low <= middle <= high)


def median(known: FeatureStatistics) -> float:
    if known.sketch is None:
        return math.nan
    items, weights = known.sketch.weighted()
    ranks = np.cumsum(weights) / weights.sum()
    return float(items[np.searchsorted(ranks, 0.5)])


def varies(feature: FeatureCheck) -> bool:
    known, current = feature.baseline.sketch, feature.current
    if known is None or not current.is_numeric or current.distinct < FEWEST:
        return False
    return len(np.unique(known.weighted()[0])) >= FEWEST


def apart(feature: FeatureCheck, unit: Unit) -> float:
    if feature.baseline.sketch is None:
        return 1.0
    items, weights = feature.baseline.sketch.weighted()
    with np.errstate(over="ignore"):
        there = items * unit.factor + unit.offset
    turned = unit.factor < 0
    known = (there[::-1], weights[::-1]) if turned else (there, weights)
    return numeric_gap(known, feature.current)


def is_sure(scene: Scene, feature: FeatureCheck, unit: Unit, gap: float) -> bool:
    own = gap_between(feature.baseline, feature.current)
    if gap * CLOSER > own or not scene.fits(gap, feature.current, feature.baseline):
        return False
    return not unit.is_common or not any(
        scene.fits(apart(feature, replace(unit, factor=unit.factor * other)), *sides(feature))
        for other in NEAR
    )


def sides(feature: FeatureCheck) -> tuple[Column, FeatureStatistics]:
    return feature.current, feature.baseline


def told(scene: Scene, unit: Unit, held: list[tuple[FeatureCheck, float]]) -> Diagnosis:
    names = tuple(feature.name for feature, _ in held)
    feature, gap = held[0]
    own = gap_between(feature.baseline, feature.current)
    evidence = (
        f"`{feature.name}` is {gap:.2g} apart from the baseline's values {unit.told}, and "
        f"{own:.2g} from them as they are."
    )
    return Diagnosis(
        f"Another unit: the values are {unit.told}", names, "", evidence, scene.explained(names)
    )
