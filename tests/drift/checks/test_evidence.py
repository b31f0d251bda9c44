"""P-values: equal to what counting gives, and never below how often chance does it."""

from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np
import pytest
from slipway_drift.checks.evidence import (
    chance_beyond,
    chance_of_any,
    chance_of_either,
    chance_of_gap,
    chance_of_more,
)


@pytest.mark.parametrize(("seen", "n", "known", "m"), [(3, 5, 1, 6), (5, 5, 0, 9), (2, 9, 7, 8)])
def test_the_tail_is_what_counting_gives(seen: int, n: int, known: int, m: int) -> None:
    total = seen + known
    ways = sum(comb(n, k) * comb(m, total - k) for k in range(seen, min(n, total) + 1))
    assert chance_of_more(seen, n, known, m) == pytest.approx(ways / comb(n + m, total))


def test_what_is_expected_is_no_evidence() -> None:
    assert chance_of_more(0, 50, 3, 100) == 1.0
    assert chance_of_either(5, 50, 10, 100) == 1.0
    assert chance_of_any([50, 50], [500, 500]) == 1.0
    assert chance_of_gap(0.0, 50, 100) == 1.0
    assert chance_beyond(0, 50, 100) == 1.0


def test_a_share_may_rise_or_fall() -> None:
    risen, fallen = chance_of_either(40, 50, 50, 100), chance_of_either(10, 50, 50, 100)
    assert risen == pytest.approx(fallen)
    assert risen < 1e-3


def test_a_tail_of_many_rows_is_finite() -> None:
    assert 0 <= chance_of_more(60_000, 1_000_000, 50_000, 1_000_000) < 1e-100


@pytest.mark.parametrize("count", [1, 2, 3])
def test_beyond_both_ends_is_never_rarer_than_it_is(count: int) -> None:
    n, m = 4, 4
    places = list(combinations(range(n + m), m))
    beyond = [n - sum(held[0] < i < held[-1] for i in range(n + m) if i not in held)
              for held in places]  # fmt: skip
    exact = sum(held >= count for held in beyond) / len(places)
    assert exact <= chance_beyond(count, n, m)


def test_gaps_of_equal_distributions_are_rarer_than_said() -> None:
    chance = np.random.default_rng(5)
    for n, m in ((40, 100), (100, 100)):
        gaps = []
        for _ in range(400):
            x, y = np.sort(chance.random(n)), np.sort(chance.random(m))
            at = np.concatenate((x, y))
            gaps.append(
                np.abs(
                    np.searchsorted(x, at, "right") / n - np.searchsorted(y, at, "right") / m
                ).max()
            )
        said = [chance_of_gap(float(gap), n, m) for gap in gaps]
        assert np.mean([value <= 0.1 for value in said]) <= 0.1
