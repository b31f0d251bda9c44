"""Numbers of which some are in another unit than the baseline's, as one client may send them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from slipway_drift.checks.shift import gaps
from slipway_drift.diagnosis.diagnosis import Diagnosis
from slipway_drift.diagnosis.units import UNITS, varies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway_drift.checks.check import FeatureCheck
    from slipway_drift.diagnosis.scene import Scene, Weighted
    from slipway_drift.diagnosis.units import Unit

FEWEST: Final = 20  # values beyond the range, before they have a distribution
BEYOND: Final = 0.5  # of the baseline's values, that the unit must take out of its range
NEAR: Final = 0.1
CHANCE: Final = 0.8  # what so many values miss their own distribution by, half of the time


@dataclass(frozen=True, slots=True)
class Strangers:
    """The values beyond the baseline's range, the baseline's own, and how many rows there are."""

    values: Weighted
    known: Weighted
    low: float
    high: float
    rows: int

    @property
    def count(self) -> int:
        return round(float(self.values[1].sum()))


def partial_units(scene: Scene) -> Iterator[Diagnosis]:
    """Tell of the values beyond the range being the baseline's in another unit."""
    for feature in scene.suspects:
        held = strangers(scene, feature)
        if held is None or held.count < FEWEST:
            continue
        found = [(gap, unit) for unit in UNITS if (gap := apart(held, unit)) is not None]
        gap, unit = min(found, key=lambda pair: pair[0], default=(1.0, UNITS[0]))
        if gap <= NEAR + CHANCE / math.sqrt(held.count):
            yield told(scene, feature.name, held, unit, gap)


def strangers(scene: Scene, feature: FeatureCheck) -> Strangers | None:
    """The values beyond the range; None where the others are not as they were."""
    known, sketch = feature.baseline, feature.current.numbers.sketch
    if not varies(feature) or known.sketch is None or known.min is None or known.max is None:
        return None
    items, weights = sketch.weighted()
    beyond = (items < known.min) | (items > known.max)
    if beyond.all() or not rest_fits(scene, feature, (items[~beyond], weights[~beyond])):
        return None
    values = items[beyond], weights[beyond]
    return Strangers(values, known.sketch.weighted(), known.min, known.max, sketch.weight)


def rest_fits(scene: Scene, feature: FeatureCheck, rest: Weighted) -> bool:
    sketch = feature.baseline.sketch
    gap = gaps(sketch.weighted(), rest)[0] if sketch else 1.0
    return scene.fits(gap, feature.current, feature.baseline)


def apart(held: Strangers, unit: Unit) -> float | None:
    """How far the strangers, brought back, are from what would be strange in that unit; None where
    most would not be."""
    items, weights = held.known
    with np.errstate(over="ignore"):
        there = items * unit.factor + unit.offset
    strange = (there < held.low) | (there > held.high)
    if unit.is_common or weights[strange].sum() < BEYOND * weights.sum():
        return None
    back, counted = (held.values[0] - unit.offset) / unit.factor, held.values[1]
    turned = (back[::-1], counted[::-1]) if unit.factor < 0 else (back, counted)
    return gaps((items[strange], weights[strange]), turned)[0]


def told(scene: Scene, name: str, held: Strangers, unit: Unit, gap: float) -> Diagnosis:
    evidence = (
        f"{held.count / held.rows:.1%} of the values of `{name}` lie beyond the baseline's range; "
        f"brought back they are {gap:.2g} apart from its own, and all others are as they were."
    )
    cause = f"Another unit in some of the rows: the values are {unit.told}"
    return Diagnosis(cause, (name,), "", evidence, scene.explained((name,)))
