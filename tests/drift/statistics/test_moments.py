"""Moments of pieces are the moments of the whole."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from slipway_drift.statistics.moments import Moments

numbers = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50)


def welford(values: list[float]) -> float:
    n, mean, squares = 0, 0.0, 0.0
    for value in values:
        n += 1
        apart = value - mean
        mean += apart / n
        squares += apart * (apart - apart / n)
    return math.sqrt(max(squares, 0.0) / n)


@given(numbers)
def test_sum_and_mean_are_sequential_and_the_deviation_is_welfords(values: list[float]) -> None:
    held = Moments().extend(np.array(values))
    assert held.sum == sum_in_order(values)
    assert held.mean == held.sum / len(values)
    assert held.std_dev == pytest.approx(welford(values), rel=1e-9, abs=1e-6)


def sum_in_order(values: list[float]) -> float:
    total = 0.0
    for value in values:
        total += value
    return total


@given(numbers, numbers, numbers)
def test_merging_is_associative_to_rounding(a: list[float], b: list[float], c: list[float]) -> None:
    x, y, z = (Moments().extend(np.array(values)) for values in (a, b, c))
    left, right = x.merge(y).merge(z), x.merge(y.merge(z))
    assert (left.count, left.min, left.max) == (right.count, right.min, right.max)
    assert left.sum == pytest.approx(right.sum, rel=1e-12, abs=1e-6)
    assert left.std_dev == pytest.approx(right.std_dev, rel=1e-9, abs=1e-6)


def test_a_piece_at_a_time_is_the_same_sum_to_the_last_bit() -> None:
    values = np.random.default_rng(1).lognormal(size=10_000) * 1e8
    pieces = Moments()
    for piece in np.array_split(values, 7):
        pieces = pieces.extend(piece)
    whole = Moments().extend(values)
    assert pieces.sum == whole.sum
    assert pieces.std_dev == pytest.approx(whole.std_dev, rel=1e-13)


def test_large_values_far_from_zero_lose_no_deviation() -> None:
    held = Moments().extend(1e9 + np.array([0.0, 1.0, 2.0]))
    assert held.std_dev == pytest.approx(math.sqrt(2 / 3), rel=1e-12)


def test_sums_beyond_all_floats_are_infinite_and_no_crash() -> None:
    held = Moments().extend(np.array([1.7e308, 1.7e308])).merge(Moments().extend(np.array([1.0])))
    assert math.isinf(held.mean)
    assert (held.min, held.max) == (1.0, 1.7e308)


def test_nothing_added_changes_nothing() -> None:
    held = Moments().extend(np.array([1.0, 2.0]))
    assert held.extend(np.empty(0)) == held
    assert Moments().merge(Moments()) == Moments()
