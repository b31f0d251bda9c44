"""How far a distribution has moved, in measures that see what the compatible distance does not."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from slipway_drift.checks.distances import ranks_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slipway_drift.statistics.sketch import Floats, Sketch
    from slipway_drift.statistics.statistics_document import FeatureStatistics

SMALLEST_SHARE: Final = 1e-4
DECILES: Final = tuple(i / 10 for i in range(1, 10))


@dataclass(frozen=True, slots=True)
class Shift:
    """What one feature moved by.

    `ks`: the largest gap of the distribution functions (numbers) or of one value's shares
    (categories), 0 to 1, every value with its full weight; `ks_beyond_chance`: the same less
    1.8 * sqrt((n + m) / (n m)). `wasserstein`: the mean distance the values were moved, in the
    feature's unit. `psi`: the population stability index over the baseline's deciles or values.
    `outside`: the share of values below the baseline's minimum or above its maximum.
    """

    ks: float
    ks_beyond_chance: float
    psi: float
    wasserstein: float | None = None
    outside: float | None = None


def numeric_shift(baseline: FeatureStatistics, current: Sketch) -> Shift | None:
    """Compare two sketches as weighted samples; None where either holds nothing."""
    if not baseline.sketch or not baseline.sketch.weight or not current.weight:
        return None
    values, known, seen = distribution_functions(baseline.sketch, current)
    ks = float(np.max(np.abs(known - seen)))
    with np.errstate(over="ignore", invalid="ignore"):
        moved = float(np.sum(np.abs(known - seen)[:-1] * np.diff(values)))
    return Shift(
        ks,
        beyond_chance(ks, baseline.sketch.weight, current.weight),
        stability_index(*binned(baseline.sketch, current)),
        moved,
        share_outside(baseline, current),
    )


def categorical_shift(baseline: Mapping[str, int], current: Mapping[str, int]) -> Shift | None:
    """Compare two histograms; None where either is empty."""
    n, m = sum(baseline.values()), sum(current.values())
    if not n or not m:
        return None
    values = list(dict.fromkeys((*baseline, *current)))
    known = np.array([baseline.get(value, 0) for value in values]) / n
    seen = np.array([current.get(value, 0) for value in values]) / m
    gap = float(np.max(np.abs(known - seen)))
    return Shift(gap, beyond_chance(gap, n, m), stability_index(known, seen))


def distribution_functions(left: Sketch, right: Sketch) -> tuple[Floats, Floats, Floats]:
    """Evaluate both distribution functions at every value that either holds."""
    (x, x_weights), (y, y_weights) = left.weighted(), right.weighted()
    values = np.union1d(x, y)
    return values, share_at(values, x, x_weights), share_at(values, y, y_weights)


def share_at(values: Floats, items: Floats, weights: Floats) -> Floats:
    ranks = np.cumsum(weights)
    shares: Floats = ranks_at(values, items, ranks) / ranks[-1]
    return shares


def binned(left: Sketch, right: Sketch) -> tuple[Floats, Floats]:
    """Share both out over the bins that the left one's deciles cut."""
    items, weights = left.weighted()
    ranks = np.cumsum(weights)
    cuts = np.unique(items[np.searchsorted(ranks, np.array(DECILES) * ranks[-1])])
    return shares_between(left, cuts), shares_between(right, cuts)


def shares_between(sketch: Sketch, cuts: Floats) -> Floats:
    items, weights = sketch.weighted()
    return np.diff(share_at(cuts, items, weights), prepend=0.0, append=1.0)


def stability_index(known: Floats, seen: Floats) -> float:
    """Sum (seen - known) ln(seen / known); shares below 0.01 % count as that much."""
    known, seen = np.maximum(known, SMALLEST_SHARE), np.maximum(seen, SMALLEST_SHARE)
    return float(np.sum((seen - known) * np.log(seen / known)))


def share_outside(baseline: FeatureStatistics, current: Sketch) -> float | None:
    if baseline.min is None or baseline.max is None:
        return None
    items, weights = current.weighted()
    beyond = (items < baseline.min) | (items > baseline.max)
    return float(weights[beyond].sum() / weights.sum())


def beyond_chance(gap: float, n: int, m: int) -> float:
    return max(0.0, gap - 1.8 * math.sqrt((n + m) / (n * m)))
