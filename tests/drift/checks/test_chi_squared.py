"""The chi-squared test and the categories it joins."""

from __future__ import annotations

import math

import pytest
from slipway_drift.checks.chi_squared import chi_squared, p_value, regrouped


@pytest.mark.parametrize(
    ("statistic", "freedom", "chance"),
    [
        # Critical values of chi-squared: NIST/SEMATECH e-Handbook, 1.3.6.7.4.
        (3.841459, 1, 0.05), (5.991465, 2, 0.05), (7.814728, 3, 0.05), (18.307038, 10, 0.05),
        (63.690740, 40, 0.01), (10.827566, 1, 0.001), (0.0, 5, 1.0),
    ],
)  # fmt: skip
def test_p_values_are_the_tables(statistic: float, freedom: int, chance: float) -> None:
    assert p_value(statistic, freedom) == pytest.approx(chance, rel=1e-5)


def test_the_statistic_is_pearsons() -> None:
    before, now = {"a": 50, "b": 30, "c": 20}, {"a": 40, "b": 40, "c": 20}
    assert chi_squared(before, now, "Simple") == pytest.approx(100 / 50 + 100 / 30)


def test_values_new_to_the_baseline_are_left_out() -> None:
    before = {"a": 50, "b": 50}
    assert chi_squared(before, {"a": 50, "b": 50, "z": 900}, "Robust") == pytest.approx(0.0)


def test_small_categories_are_joined() -> None:
    # Four categories may have none below 5: c joins b, and the two joined are still too few.
    cells = {"a": (50.0, 50.0), "b": (3.0, 2.0), "c": (1.0, 1.0), "d": (44.0, 40.0)}
    assert regrouped(cells) == {"a": (50.0, 50.0), "d": (48.0, 43.0)}


def test_without_two_categories_there_is_no_test() -> None:
    assert math.isnan(chi_squared({"a": 9}, {"a": 9}, "Robust"))
    assert math.isnan(chi_squared({"a": 50, "b": 1}, {"a": 50}, "Robust"))
    assert math.isnan(chi_squared({"a": 5, "b": 5}, {"z": 9}, "Robust"))
