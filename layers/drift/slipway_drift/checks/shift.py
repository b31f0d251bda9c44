"""How far a distribution has moved, in measures that see what the compatible distance does not."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from slipway_drift.checks.distances import ranks_at
from slipway_drift.checks.evidence import chance_beyond, chance_of_any, chance_of_gap
from slipway_drift.checks.precision import ROUNDING, common

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slipway_drift.checks.precision import Rounding
    from slipway_drift.statistics.sketch import Floats, Sketch

    Weighted = tuple[Floats, Floats]
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
    `outside`: the share of values below the baseline's minimum or above its maximum. Each has its
    evidence: how likely chance alone does as much, on the rows that there are.
    """

    ks: float
    ks_beyond_chance: float
    psi: float
    wasserstein: float | None = None
    outside: float | None = None
    ks_chance: float = 1.0
    psi_chance: float = 1.0
    outside_chance: float = 1.0


def numeric_shift(
    baseline: FeatureStatistics, current: Sketch, weight: float = 1.0
) -> Shift | None:
    """Compare two sketches as weighted samples; None where either holds nothing.

    A current row weighs `weight` as evidence. What was printed shorter on one side is no change.
    """
    if not baseline.sketch or not baseline.sketch.weight or not current.weight:
        return None
    known, seen = baseline.sketch.weighted(), current.weighted()
    alike = common(known[0], seen[0])
    known, seen = (alike(known[0]), known[1]), (alike(seen[0]), seen[1])
    n, m = round(current.weight * weight), baseline.sketch.weight
    ks, moved = gaps(known, seen)
    bins = binned(known, seen)
    outside = share_outside(baseline, seen, alike)
    return Shift(
        ks,
        beyond_chance(ks, m, n),
        stability_index(*bins),
        moved,
        outside,
        chance_of_gap(ks, n, m),
        chance_of_any(counts(bins[1], n), counts(bins[0], m)),
        1.0 if outside is None else chance_beyond(math.floor(outside * n + 1e-9), n, m),
    )


def categorical_shift(
    baseline: Mapping[str, int], current: Mapping[str, int], weight: float = 1.0
) -> Shift | None:
    """Compare two histograms; None where either is empty."""
    n, m = sum(current.values()), sum(baseline.values())
    if not n or not m:
        return None
    values = list(dict.fromkeys((*baseline, *current)))
    known = np.array([baseline.get(value, 0) for value in values]) / m
    seen = np.array([current.get(value, 0) for value in values]) / n
    weighed = round(n * weight)
    gap, chance = (
        float(np.max(np.abs(known - seen))),
        chance_of_any(counts(seen, weighed), counts(known, m)),
    )
    return Shift(
        gap,
        beyond_chance(gap, m, weighed),
        stability_index(known, seen),
        ks_chance=chance,
        psi_chance=chance,
    )


def counts(shares: Floats, rows: int) -> list[int]:
    """Whole rows of shares: each rounded where it ends, so that they stay as many together."""
    ends = np.rint(np.cumsum(shares) * rows).astype(int)
    return [int(count) for count in np.diff(ends, prepend=0)]


def gaps(known: Weighted, seen: Weighted) -> tuple[float, float]:
    """The largest and the summed gap of the two distribution functions."""
    values = np.union1d(known[0], seen[0])
    apart = np.abs(share_at(values, *known) - share_at(values, *seen))
    with np.errstate(over="ignore", invalid="ignore"):
        moved = float(np.sum(apart[:-1] * np.diff(values)))
    return float(np.max(apart)), moved


def share_at(values: Floats, items: Floats, weights: Floats) -> Floats:
    ranks = np.cumsum(weights)
    shares: Floats = ranks_at(values, items, ranks) / ranks[-1]
    return shares


def binned(known: Weighted, seen: Weighted) -> tuple[Floats, Floats]:
    """Share both out over the bins that the known one's deciles cut."""
    items, weights = known
    ranks = np.cumsum(weights)
    cuts = np.unique(items[np.searchsorted(ranks, np.array(DECILES) * ranks[-1])])
    return shares_between(known, cuts), shares_between(seen, cuts)


def shares_between(held: Weighted, cuts: Floats) -> Floats:
    return np.diff(share_at(cuts, *held), prepend=0.0, append=1.0)


def stability_index(known: Floats, seen: Floats) -> float:
    """Sum (seen - known) ln(seen / known); shares below 0.01 % count as that much."""
    known, seen = np.maximum(known, SMALLEST_SHARE), np.maximum(seen, SMALLEST_SHARE)
    return float(np.sum((seen - known) * np.log(seen / known)))


def share_outside(baseline: FeatureStatistics, seen: Weighted, alike: Rounding) -> float | None:
    if baseline.min is None or baseline.max is None:
        return None
    items, weights = seen
    low, high = alike(np.array([baseline.min, baseline.max]))
    slack = ROUNDING * max(abs(low), abs(high))
    beyond = (items < low - slack) | (items > high + slack)
    return float(weights[beyond].sum() / weights.sum())


def beyond_chance(gap: float, n: int, m: int) -> float:
    return max(0.0, gap - 1.8 * math.sqrt((n + m) / (n * m))) if n else 0.0
