"""The compatible distances, quirks included."""

from __future__ import annotations

import numpy as np
import pytest
from slipway_drift.checks.distances import categorical_distance, numerical_distance
from slipway_drift.statistics.sketch import Sketch, sketch_of


def test_duplicates_collapse_and_the_highest_level_gives_the_weight() -> None:
    # R: 1 -> 1, 2 -> 1 + 2 = 3; of the other: 2 -> 1, 3 -> 2.
    left, right = sketch_of([[1.0, 1.0, 2.0], [2.0]]), sketch_of([[2.0, 3.0, 3.0]])
    assert numerical_distance(left, right, "Simple") == pytest.approx(max(1 / 3, 1 - 1 / 2))


def test_robust_takes_off_what_the_number_of_distinct_values_allows() -> None:
    left, right = Sketch().extend(np.arange(64.0)), Sketch().extend(np.arange(64.0) + 32)
    assert numerical_distance(left, right, "Robust") == pytest.approx(0.5 - 1.8 * (2 / 64) ** 0.5)


def test_a_distance_is_zero_to_itself_and_to_nothing() -> None:
    held = Sketch().extend(np.random.default_rng(1).normal(size=10_000))
    assert numerical_distance(held, held, "Simple") == 0.0
    assert numerical_distance(held, Sketch(), "Simple") == 0.0
    assert categorical_distance({}, {"a": 1}, "Simple", "LInfinity") == 0.0


def test_it_is_symmetric() -> None:
    rng = np.random.default_rng(2)
    a, b = Sketch().extend(rng.normal(size=5_000)), Sketch().extend(rng.normal(1, 2, 3_000))
    assert numerical_distance(a, b, "Robust") == numerical_distance(b, a, "Robust")


def test_categories_take_their_true_totals() -> None:
    before, now = {"a": 3, "b": 1}, {"a": 1, "c": 1}
    assert categorical_distance(before, now, "Simple", "LInfinity") == pytest.approx(0.5)
