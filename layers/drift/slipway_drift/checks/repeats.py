"""How many requests a window really has: one that is asked forty times says no more than once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from slipway_drift.checks.check import Check, FeatureCheck
    from slipway_drift.statistics.sketch import Sketch


def distinct_rows(check: Check) -> int:
    """The rows that there are, or the few distinct ones that are repeated.

    No column has more distinct values than there are distinct rows. Rows are taken for repeated
    where even the column that varies most has less than half the values that as many rows of the
    baseline would have; columns without a number tell nothing of that.
    """
    expected = max((expected_values(feature) for feature in check.features), default=0.0)
    most = max((feature.current.distinct for feature in check.features), default=0)
    return most if most < expected / 2 else check.item_count


def expected_values(feature: FeatureCheck) -> float:
    known, count = feature.baseline.sketch, feature.current.numbers.moments.count
    return expected_distinct(known, count) if known and known.weight and count else 0.0


def expected_distinct(sketch: Sketch, rows: int) -> float:
    """How many distinct values so many rows of the sketch's distribution have, at least."""
    items, weights = sketch.weighted()
    _, places = np.unique(items, return_inverse=True)
    shares = np.bincount(places, weights) / weights.sum()
    return float(np.sum(1.0 - (1.0 - shares) ** rows))
