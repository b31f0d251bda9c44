"""base_score in and out of the margin that scores begin with."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slipway_export.model import ExportRefused
from slipway_export.to_native.xgboost_objectives import (
    margin_of,
    prediction_of,
    present_name,
    section,
)

PRESENT = (1, 7)


@given(
    objective=st.sampled_from(["reg:squarederror", "binary:logistic", "count:poisson", "rank:map"]),
    margin=st.floats(-12, 12),
)
def test_a_margin_comes_back(objective: str, margin: float) -> None:
    found = margin_of(objective, prediction_of(objective, margin), PRESENT)
    assert found == pytest.approx(margin, abs=1e-9)


@pytest.mark.parametrize(
    ("objective", "version", "margin"),
    [
        ("binary:logitraw", (1, 2), math.log(0.3 / 0.7)),
        ("binary:logitraw", (1, 3), 0.3),
        ("binary:hinge", (1, 2), 0.3),
        ("reg:gamma", (3, 0), math.log(0.3)),
    ],
)
def test_what_a_score_means_in_its_version(
    objective: str, version: tuple[int, int], margin: float
) -> None:
    assert margin_of(objective, 0.3, version) == pytest.approx(margin)


@pytest.mark.parametrize(
    ("objective", "score"),
    [("binary:logistic", 0.0), ("binary:logistic", 1.0), ("reg:gamma", -1.0), ("reg:tweedie", 0.0)],
)
def test_a_score_that_means_nothing_is_refused(objective: str, score: float) -> None:
    with pytest.raises(ExportRefused, match="base_score"):
        margin_of(objective, score, PRESENT)


def test_a_margin_without_a_prediction_is_refused() -> None:
    with pytest.raises(ExportRefused, match="margin"):
        prediction_of("count:poisson", 1e6)


@pytest.mark.parametrize(
    ("old", "present"),
    [
        ("reg:linear", "reg:squarederror"),
        ("gpu:reg:linear", "reg:squarederror"),
        ("gpu:binary:logistic", "binary:logistic"),
        ("rank:ndcg", "rank:ndcg"),
    ],
)
def test_names_are_the_present_ones(old: str, present: str) -> None:
    assert present_name(old) == present


def test_an_objective_of_ones_own_is_refused() -> None:
    with pytest.raises(ExportRefused, match="mine:all"):
        present_name("mine:all")


def test_settings_are_the_files_or_the_defaults() -> None:
    assert section("multi:softprob", 3, {}) == {
        "name": "multi:softprob",
        "softmax_multiclass_param": {"num_class": "3"},
    }
    saved = {"tweedie_regression_param": {"tweedie_variance_power": "1.2"}, "other_param": {}}
    assert section("reg:tweedie", 0, saved) == {
        "name": "reg:tweedie",
        "tweedie_regression_param": {"tweedie_variance_power": "1.2"},
    }
