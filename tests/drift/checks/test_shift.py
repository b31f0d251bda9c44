"""The true distances see what the compatible one does not."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from slipway_drift.checks.shift import categorical_shift, numeric_shift
from slipway_drift.statistics.sketch import Sketch
from slipway_drift.statistics.statistics_document import FeatureStatistics

samples = st.lists(st.integers(-50, 50).map(float), min_size=1, max_size=60)


def known(values: list[float]) -> FeatureStatistics:
    sketch = Sketch().extend(np.array(values))
    return FeatureStatistics("f", min=min(values), max=max(values), sketch=sketch)


@given(samples, samples)
def test_ks_and_wasserstein_are_those_of_the_samples(a: list[float], b: list[float]) -> None:
    shift = numeric_shift(known(a), Sketch().extend(np.array(b)))
    points = sorted({*a, *b})
    gaps = [abs(sum(x <= p for x in a) / len(a) - sum(x <= p for x in b) / len(b)) for p in points]
    assert shift is not None
    assert shift.ks == pytest.approx(max(gaps))
    steps = [y - x for x, y in pairwise(points)]
    assert shift.wasserstein == pytest.approx(
        sum(gap * step for gap, step in zip(gaps, steps, strict=False))
    )
    assert shift.psi >= 0


def test_a_binary_columns_balance_is_seen() -> None:
    shift = numeric_shift(known([0.0] * 900 + [1.0] * 100), Sketch().extend(np.ones(1000)))
    assert shift is not None
    assert shift.ks == pytest.approx(0.9)
    assert shift.psi > 1


def test_what_leaves_the_range_is_counted() -> None:
    shift = numeric_shift(known([0.0, 10.0]), Sketch().extend(np.array([-1.0, 5.0, 11.0, 10.0])))
    assert shift is not None
    assert shift.outside == 0.5


def test_nothing_is_compared_with_nothing() -> None:
    assert numeric_shift(FeatureStatistics("f"), Sketch().extend(np.ones(3))) is None
    assert numeric_shift(known([1.0]), Sketch()) is None
    assert categorical_shift({}, {"a": 1}) is None


def test_categories_shift_by_their_shares() -> None:
    shift = categorical_shift({"a": 50, "b": 50}, {"a": 80, "b": 20})
    assert shift is not None
    assert shift.ks == pytest.approx(0.3)
    assert shift.psi == pytest.approx(0.3 * math.log(1.6) - 0.3 * math.log(0.4))
