"""Metrics against their definitions."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slipway_drift.quality.ground_truth import Judged
from slipway_drift.quality.metrics import area_under_curve, binary_metrics, f_score, rates

scores = st.lists(
    st.tuples(st.booleans(), st.integers(0, 10).map(lambda i: i / 10)), min_size=1, max_size=30
)


@given(scores)
def test_the_area_is_the_chance_to_rank_a_pair_rightly(held: list[tuple[bool, float]]) -> None:
    rows = [Judged(str(int(label)), "0", score) for label, score in held]
    ones = [score for label, score in held if label]
    zeros = [score for label, score in held if not label]
    wins = sum((a > b) + (a == b) / 2 for a in ones for b in zeros)
    found = area_under_curve(rows)
    if ones and zeros:
        assert found == pytest.approx(wins / (len(ones) * len(zeros)))
    else:
        assert math.isnan(found)


def test_rates_of_a_known_table() -> None:
    held = rates(tp=8, fn=2, fp=4, tn=6)
    assert (held["recall"], held["precision"], held["accuracy"]) == (0.8, 8 / 12, 0.7)
    assert held["false_positive_rate"] == 0.4
    assert held["f1"] == pytest.approx(2 * 0.8 * (8 / 12) / (0.8 + 8 / 12))
    assert f_score(0.0, 0.0, 1.0) == 0.0


def test_the_best_constant_classifier_says_the_commoner_label() -> None:
    rows = [Judged("1", "1")] * 7 + [Judged("0", "1")] * 3
    held = binary_metrics(rows)
    assert held["accuracy_best_constant_classifier"] == 0.7
    assert held["recall_best_constant_classifier"] == 1.0
    assert "auc" not in held
