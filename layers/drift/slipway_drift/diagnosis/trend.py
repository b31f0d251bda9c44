"""What moves slowly over many windows, though none of them violates.

Source: Mann 1945 and Kendall 1975, the test of a monotone trend; Sen 1968, its slope.
"""

from __future__ import annotations

import math
from itertools import combinations
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from slipway_drift.checks.limits import Limits
from slipway_drift.diagnosis.diagnosis import Diagnosis

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Held = Mapping[str, Any]

STEADY: Final = 0.8  # of all pairs of windows, those that rise less those that fall
DEVIATIONS: Final = 0.25  # of the baseline, from the first window to the last
NOT_JUDGED: Final = ("no data", "too little data", "blind")


def trends(windows: Sequence[Held], limits: Limits | None = None) -> tuple[Diagnosis, ...]:
    """Tell of the numbers whose mean has moved on and on, window by window, oldest first.

    `windows` are slipway_drift.json documents. As often as a check may be wrong, a trend may be: a
    day's ups and downs are none, and neither is one of a feature that violates already.
    """
    held = [window for window in windows if window["state"] not in NOT_JUDGED]
    level = (limits or Limits()).level / max(1, len(held[-1]["features"]) if held else 1)
    return tuple(found for name in names_in(held) for found in trend(name, held, level))


def names_in(windows: Sequence[Held]) -> list[str]:
    """The features of the newest window that violate in none."""
    if not windows:
        return []
    bad = {f["name"] for window in windows for f in window["features"] if f["violations"]}
    return [f["name"] for f in windows[-1]["features"] if f["name"] not in bad]


def trend(name: str, windows: Sequence[Held], level: float) -> Iterator[Diagnosis]:
    points = [(window["window"], at) for window in windows if (at := place(name, window))]
    moved = [at for _, (at, _) in points]
    if len(points) < 3 or abs(tau(moved)) < STEADY or chance_of(moved) > level:
        return
    way = slope(moved) * (len(moved) - 1)
    if abs(way) < DEVIATIONS:
        return
    (first, (_, before)), (last, (_, now)) = points[0], points[-1]
    evidence = (
        f"The mean went from {before:.4g} to {now:.4g} in {len(points)} windows, {first} to "
        f"{last}: {abs(way):.2g} of the baseline's deviations, nearly always the same way."
    )
    yield Diagnosis(f"Slowly {'rising' if way > 0 else 'falling'}", (name,), first, evidence, 0)


def place(name: str, window: Held) -> tuple[float, float] | None:
    """A window's mean in deviations from the baseline's, and as it is."""
    feature = next((f for f in window["features"] if f["name"] == name), None)
    numbers = feature["numbers"] if feature and "numbers" in feature else None
    if numbers is None or None in map(numbers["baseline"].get, ("mean", "std_dev")):
        return None
    mean, spread = numbers["current"].get("mean"), float(numbers["baseline"]["std_dev"])
    if mean is None or not spread > 0 or not math.isfinite(float(mean)):
        return None
    return (float(mean) - float(numbers["baseline"]["mean"])) / spread, float(mean)


def tau(moved: Sequence[float]) -> float:
    """Kendall's tau: 1 where each is above all before, -1 where each is below."""
    return score(moved) / math.comb(len(moved), 2)


def score(moved: Sequence[float]) -> int:
    """The pairs that rise, less those that fall."""
    return sum((later > earlier) - (later < earlier) for earlier, later in combinations(moved, 2))


def chance_of(moved: Sequence[float]) -> float:
    """How likely so steady a trend is among windows of one distribution, either way."""
    n = len(moved)
    deviation = math.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    return math.erfc((abs(score(moved)) - 1) / deviation / math.sqrt(2))


def slope(moved: Sequence[float]) -> float:
    """The median of all pairs' slopes, a window's worth."""
    pairs = combinations(enumerate(moved), 2)
    return median((later - earlier) / (j - i) for (i, earlier), (j, later) in pairs)
