"""The distances Model Monitor compares with its thresholds (Deequ 2.0.2, Distance)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from slipway_drift.checks.chi_squared import chi_squared

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slipway_drift.checks.constraints import CategoricalMethod, Method
    from slipway_drift.statistics.sketch import Floats, Sketch


def numerical_distance(baseline: Sketch, current: Sketch, method: Method) -> float:
    """Measure the largest gap of two sketches' distribution functions, from 0 to 1.

    Each distinct value counts once, with the weight of the highest level that holds it: so says
    Deequ's rank map, and so a column of two values never drifts. `weighted_distance` of
    `slipway_drift.shift` sees what this one does not.
    """
    values, ours, theirs = rank_maps(baseline, current)
    if not len(values):
        return 0.0
    gap = float(np.max(np.abs(ours / ours[-1] - theirs / theirs[-1])))
    return corrected(gap, float(ours[-1]), float(theirs[-1]), method)


def rank_maps(baseline: Sketch, current: Sketch) -> tuple[Floats, Floats, Floats]:
    """Rank every value that either sketch holds, in both; empty where one holds none."""
    known, known_ranks = rank_map(baseline)
    seen, seen_ranks = rank_map(current)
    if not len(known) or not len(seen):
        return np.empty(0), np.empty(0), np.empty(0)
    values = np.union1d(known, seen)
    return values, ranks_at(values, known, known_ranks), ranks_at(values, seen, seen_ranks)


def rank_map(sketch: Sketch) -> tuple[Floats, Floats]:
    """Sum the weights of the distinct values up to each; the highest level's weight counts."""
    held: dict[float, float] = {}
    for height, level in enumerate(sketch.levels):
        held.update(dict.fromkeys(level.items.tolist(), float(1 << height)))
    values = np.array(sorted(held))
    return values, np.cumsum([held[value] for value in values.tolist()])


def ranks_at(values: Floats, known: Floats, ranks: Floats) -> Floats:
    return np.concatenate(([0.0], ranks))[np.searchsorted(known, values, side="right")]


def categorical_distance(
    baseline: Mapping[str, int],
    current: Mapping[str, int],
    method: Method,
    measure: CategoricalMethod,
) -> float:
    """Measure how far two histograms are apart.

    LInfinity: the largest difference of a value's shares, from 0 to 1. ChiSquared: see
    `chi_squared`; not a number where fewer than two categories remain.
    """
    if measure == "ChiSquared":
        return chi_squared(baseline, current, method)
    n, m = sum(baseline.values()), sum(current.values())
    if not n or not m:
        return 0.0
    gap = max(
        abs(baseline.get(value, 0) / n - current.get(value, 0) / m)
        for value in {*baseline, *current}
    )
    return corrected(gap, n, m, method)


def corrected(gap: float, n: float, m: float, method: Method) -> float:
    """Take off what chance alone may do (Knuth, TAOCP 2, 3.3.1, at a level of 0.003)."""
    if method == "Simple":
        return gap
    return max(0.0, gap - 1.8 * math.sqrt((n + m) / (n * m)))
