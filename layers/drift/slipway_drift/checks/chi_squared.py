"""Pearson's chi-squared test of a histogram against a baseline's (Deequ 2.0.3, Distance).

How the container turns the test's result into a violation is not known. Here the distance is
1 - p for Robust, so that more drift is a larger number, and the statistic itself for Simple.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slipway_drift.checks.constraints import Method

YATES_COUNT: Final = 5
YATES_SHARE: Final = 0.2
COCHRAN_COUNT: Final = 10

Cells = dict[str, tuple[float, float]]


def chi_squared(baseline: Mapping[str, int], current: Mapping[str, int], method: Method) -> float:
    """Test the current counts against the baseline's shares; values new to it are left out."""
    known = sum(baseline.values())
    seen = sum(current.get(value, 0) for value in baseline)
    if not known or not seen:
        return math.nan
    cells = regrouped(
        {v: (float(current.get(v, 0)), n / known * seen) for v, n in baseline.items()}
    )
    if len(cells) < 2:
        return math.nan
    statistic = sum((got - want) ** 2 / want for got, want in cells.values())
    return statistic if method == "Simple" else 1.0 - p_value(statistic, len(cells) - 1)


def regrouped(cells: Cells) -> Cells:
    """Join the smallest categories until the expected counts bear the test.

    Two categories need 10 each (Cochran 1952); of more, a fifth may be below 5 (Yates, Moore,
    McCabe 1999).
    """
    cells = dict(cells)
    while len(cells) >= 2 and too_small(cells):
        smallest, second = sorted(cells, key=lambda value: cells[value][1])[:2]
        got, want = cells.pop(smallest)
        cells[second] = (cells[second][0] + got, cells[second][1] + want)
    return cells


def too_small(cells: Cells) -> bool:
    several = len(cells) > 2
    least = YATES_COUNT if several else COCHRAN_COUNT
    below = sum(want < least for _, want in cells.values())
    return below > (int(YATES_SHARE * len(cells)) if several else 0)


def p_value(statistic: float, freedom: int) -> float:
    """The chance that chi-squared with `freedom` degrees exceeds `statistic`.

    Q(a, x) for half-integer a, by the recurrence Q(a + 1, x) = Q(a, x) + x^a e^-x / Gamma(a + 1)
    (Abramowitz and Stegun, 6.5.21).
    """
    x = statistic / 2
    if x == 0:
        return 1.0
    a, total = (0.5, math.erfc(math.sqrt(x))) if freedom % 2 else (1.0, math.exp(-x))
    while a < freedom / 2:
        total += math.exp(a * math.log(x) - x - math.lgamma(a + 1))
        a += 1
    return min(total, 1.0)
