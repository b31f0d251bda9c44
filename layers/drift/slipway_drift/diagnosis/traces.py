"""How one column went in each slice of a window: its share of missing values, or its mean."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from slipway_drift.diagnosis.emptied import SMALLEST, lost
from slipway_drift.statistics.slices import REST

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from slipway_drift.checks.check import FeatureCheck
    from slipway_drift.statistics.slices import Part, Slice, Slices

    Figures = Callable[[Slice, Part], tuple[float, float]]

NEAR: Final = 0.25  # of the way: what is nearer is where it was
HALF: Final = 0.5
DEVIATIONS: Final = 0.5
UNKNOWN, UNKNOWN_SPREAD = 0.05, 0.25  # a share of values, and how far single ones stray from it
SURE: Final = 10.0  # standard errors: one value of a long tail is several, and the cut is chosen
FEWEST: Final = 30  # rows on either side
MOST: Final = 0.95


@dataclass(frozen=True, slots=True)
class Point:
    """One slice: its name, how many rows speak in it, and what they come to together."""

    name: str
    weight: float
    total: float

    @property
    def value(self) -> float:
        return self.total / self.weight


@dataclass(frozen=True, slots=True)
class Trace:
    """A column's points, what the baseline would have them be, by how much single values stray from
    that, how far from it matters, and what the points are."""

    what: str
    base: float
    spread: float
    matters: float
    points: tuple[Point, ...]

    def moved(self, inside: Sequence[Point], outside: Sequence[Point]) -> bool:
        """Say whether the ones are far from the baseline, and the others as it was."""
        if min(weight(inside), weight(outside)) < FEWEST:
            return False
        far, rest = mean(inside) - self.base, mean(outside) - self.base
        sure = SURE * self.spread / math.sqrt(weight(inside))
        return abs(far) > max(sure, self.matters) and abs(rest) <= NEAR * abs(far)

    def clearly(self, inside: Sequence[Point], outside: Sequence[Point]) -> bool:
        """The same of nearly each point by itself."""
        middle = HALF * abs(mean(inside) - self.base)
        far = sum(p.weight for p in inside if abs(p.value - self.base) > middle)
        near = sum(p.weight for p in outside if abs(p.value - self.base) < middle)
        return far >= MOST * weight(inside) and near >= MOST * weight(outside)


def trace_of(feature: FeatureCheck, slices: Slices, kind: str) -> Trace | None:
    """Follow what a column is suspected for; None where its slices tell nothing of it."""
    known, name = feature.baseline, feature.current.name
    if lost(feature) > SMALLEST:
        base = 1.0 - (known.completeness or 0.0)
        held = points(slices, kind, name, missing_in)
        return Trace("share of missing values", base, HALF, HALF, held)
    held = points(slices, kind, name, numbers_in)
    if known.categories and not feature.current.is_numeric:
        return Trace("share of known values", 1.0, UNKNOWN_SPREAD, UNKNOWN, held)
    if known.mean is None or known.std_dev is None or not feature.current.is_numeric:
        return None
    return Trace("mean", known.mean, known.std_dev, DEVIATIONS * known.std_dev, held)


def points(slices: Slices, kind: str, name: str, figures: Figures) -> tuple[Point, ...]:
    found = (
        Point(label, *figures(piece, piece.part(name)))
        for (held, label), piece in sorted(slices.items())
        if held == kind and label != REST
    )
    return tuple(point for point in found if point.weight)


def missing_in(piece: Slice, part: Part) -> tuple[float, float]:
    return float(piece.rows), float(piece.rows - part.present)


def numbers_in(_: Slice, part: Part) -> tuple[float, float]:
    return float(part.numbers), part.total


def mean(held: Sequence[Point]) -> float:
    return sum(point.total for point in held) / weight(held)


def weight(held: Sequence[Point]) -> float:
    return sum(point.weight for point in held)
