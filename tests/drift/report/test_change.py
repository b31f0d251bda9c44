"""What changed about a feature is said from its numbers, and without them as the violation does."""

from __future__ import annotations

from typing import Any

import pytest
from slipway_drift.report.change import change

NUMBERS = {
    "baseline": {"mean": 20.0, "std_dev": 1.0, "min": 1.5, "max": 40.0},
    "current": {"mean": 900.0, "std_dev": 1.0, "min": -3.25, "max": 41.0},
}
SHIFT = {"ks": 0.5, "outside": 0.125}
NOTHING: dict[str, Any] = {
    "expected_type": "Integral", "literals": {}, "chart": None, "distance": None, "shift": None,
    "completeness": {"baseline": None, "current": None},
    "numbers": {"baseline": {}, "current": {}},
}  # fmt: skip


def of(check: str, **known: object) -> str:
    return change({**NOTHING, **known, "violations": [{"check": check, "description": "said so"}]})


@pytest.mark.parametrize(
    ("check", "known", "text"),
    [
        (
            "range_check",
            {"numbers": NUMBERS, "shift": SHIFT},
            (
                "12.5% of values lie outside the baseline's 1.5 to 40, down to "
                "\N{MINUS SIGN}3.25 and up to 41"
            ),
        ),
        ("input_drift_check", {"numbers": NUMBERS, "shift": SHIFT},
         "Mean 20 → 900 (shifted by 0.5 of 1)"),
        ("baseline_drift_check", {"distance": 0.25},
         "Its values' shares have moved (shifted by 0.25 of 1)"),
        ("non_negative_check", {}, "Negative values, where there were none"),
        ("data_type_check", {"literals": {"Integral": 3, "String": 1, "Boolean": 0, "missing": 9}},
         "25.0% of literals are not Integral"),
        ("completeness_check", {"completeness": {"baseline": 1.0, "current": 0.5}},
         "50.0% complete, 100% in the baseline"),
    ],
)  # fmt: skip
def test_the_numbers_say_it(check: str, known: dict[str, object], text: str) -> None:
    assert of(check, **known) == text


@pytest.mark.parametrize(
    "check", ["range_check", "baseline_drift_check", "data_type_check", "completeness_check", "new"]
)
def test_without_numbers_the_violation_does(check: str) -> None:
    assert of(check) == "Said so"
