"""A slow drift over many windows, and ups and downs that are none."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Any

import pytest
from slipway_drift.diagnosis.trend import chance_of, score, slope, tau, trends

if TYPE_CHECKING:
    from collections.abc import Callable

SEEDED = random.Random(11)  # noqa: S311 - no secret
NOISE = [SEEDED.gauss(0, 0.01) for _ in range(24)]


def window(
    hour: int, mean: float | None, state: str = "no drift", wrong: int = 0
) -> dict[str, Any]:
    numbers = {"baseline": {"mean": 10.0, "std_dev": 2.0}, "current": {"mean": mean}}
    feature = {"name": "size", "numbers": numbers, "violations": [{}] * wrong}
    return {"window": f"{hour:02}:00", "state": state, "features": [feature]}


@pytest.mark.parametrize(
    ("mean", "found"),
    [
        (lambda hour: 10 + hour * 0.04, "Slowly rising"),
        (lambda hour: 10 - hour * 0.04, "Slowly falling"),
        # Too small to matter, a day's ups and downs, chance, a step.
        (lambda hour: 10 + hour * 0.002, ""),
        (lambda hour: 10 + math.sin(hour * math.tau / 24), ""),
        (lambda hour: 10 + NOISE[hour] * 100, ""),
        (lambda hour: 10 + (hour > 20), ""),
    ],
)
def test_what_moves_slowly(mean: Callable[[int], float], found: str) -> None:
    held = trends([window(hour, mean(hour) + NOISE[hour]) for hour in range(24)])
    assert [trend.cause for trend in held] == [found] * bool(found)
    assert all((trend.columns, trend.since) == (("size",), "00:00") for trend in held)


def test_few_windows_are_no_trend() -> None:
    assert trends([]) == ()
    assert trends([window(hour, 10 + hour) for hour in range(8)]) == ()


def test_windows_that_were_not_judged_are_left_out() -> None:
    rising = [window(hour, 10 + hour * 0.04) for hour in range(24)]
    gaps = [window(24, None, "no data"), window(25, 0.0, "too little data")]
    (found,) = trends([*rising, *gaps])
    assert found.evidence.startswith("The mean went from 10 to 10.92 in 24 windows, 00:00 to 23:00")


def test_what_violates_is_told_elsewhere() -> None:
    rising = [window(hour, 10 + hour * 0.04, wrong=hour == 23) for hour in range(24)]
    assert trends(rising) == ()


def test_kendall_and_sen() -> None:
    assert (tau([1, 2, 3, 4]), tau([4, 3, 2, 1]), tau([1, 1, 1])) == (1.0, -1.0, 0.0)
    assert tau([1, 3, 2, 4]) == pytest.approx(2 / 3)
    # One value that is far off turns no slope.
    assert slope([0, 1, 2, 3, 4, 5, 100]) == 1.0
    # Kendall's table: ten values have a score of 29 or more, either way, by a chance of 0.0093,
    # and one of 27 or more by one of 0.017.
    assert chance_of(with_score(29)) == pytest.approx(0.0093, abs=0.004)
    assert chance_of(with_score(27)) == pytest.approx(0.017, abs=0.004)


def with_score(wanted: int) -> list[float]:
    """Ten different values of this score: neighbours that change places cost two each."""
    values = [float(i) for i in range(10)]
    while score(values) > wanted:
        place = SEEDED.randrange(9)
        if values[place] < values[place + 1]:
            values[place : place + 2] = values[place + 1], values[place]
    return values
