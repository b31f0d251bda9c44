"""CloudWatch's extended statistics of values that can be counted by hand."""

import pytest
from slipway_local.ministack.extended import Sample, parsed

ONE_TO_TEN: list[Sample] = [(float(value), 1.0) for value in range(10, 0, -1)]
# Ninety requests of 10 ms, nine of 100, and one of 1,000.
LATENCY = [(10.0, 90.0), (100.0, 9.0), (1000.0, 1.0)]


@pytest.mark.parametrize(
    ("name", "samples", "right"),
    [
        ("TM(10%:90%)", ONE_TO_TEN, 5.5),
        ("TM(2:5)", ONE_TO_TEN, 4.0),
        ("TM(:50%)", ONE_TO_TEN, 3.0),
        ("tm99", LATENCY, 1800 / 99),
        ("tm90", LATENCY, 10.0),
        ("tm95", LATENCY, (900 + 500) / 95),
        ("IQM", [(1.0, 1.0), (2.0, 1.0), (3.0, 1.0), (100.0, 1.0)], 2.5),
        ("wm99", LATENCY, (900 + 900 + 100) / 100),
        ("WM(30%:70%)", ONE_TO_TEN, (4 * 4 + 5 + 6 + 4 * 7) / 10),
        ("ts90", LATENCY, 900.0),
        ("TS(5:)", ONE_TO_TEN, 40.0),
        ("tc99", LATENCY, 99.0),
        ("TC(:100)", LATENCY, 99.0),
        ("TC(100:)", LATENCY, 1.0),
        ("PR(:100)", LATENCY, 99.0),
        ("PR(10:100)", LATENCY, 9.0),
    ],
)
def test_what_lies_between_two_bounds(name: str, samples: list[Sample], right: float) -> None:
    statistic = parsed(name)
    assert statistic is not None
    assert statistic.of(samples) == pytest.approx(right)


@pytest.mark.parametrize("name", ["TM(2000:)", "WM(2000:)"])
def test_a_mean_of_nothing_is_none(name: str) -> None:
    statistic = parsed(name)
    assert statistic is not None
    assert statistic.of(LATENCY) is None


@pytest.mark.parametrize(
    "name", ["p99", "Average", "TM", "TM(:)", "TM(10%:90)", "PR(10%:90%)", "tm101", "xm90", ""]
)
def test_what_is_none_of_them_is_not_taken_for_one(name: str) -> None:
    assert parsed(name) is None
