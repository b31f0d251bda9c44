"""Two distributions over one axis, small enough to draw and to keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from slipway_drift.checks.check import counted
from slipway_drift.checks.shift import share_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slipway_drift.checks.check import FeatureCheck
    from slipway_drift.jackson import Document
    from slipway_drift.statistics.sketch import Floats, Sketch

BINS: Final = 48
FEW: Final = 12
TAIL: Final = 0.005
SMALLEST: Final = 1e-100
LARGEST: Final = 1e100
WIDE: Final = 25.0  # how many times the baseline's middle the axis may span before it is bent


def chart(feature: FeatureCheck) -> Document | None:
    """Share both distributions out: over bins of one axis, or over the values there are.

    None where there is nothing to compare.
    """
    numbers = feature.current.numbers
    if feature.baseline.sketch and numbers.moments.count:
        return sketch_chart(feature.baseline.sketch, numbers.sketch)
    if feature.baseline.categories and feature.current.values.complete:
        return categorical_chart(feature.baseline.categories, counted(feature.current))
    return None


def sketch_chart(baseline: Sketch, current: Sketch) -> Document:
    known, seen = value_weights(baseline), value_weights(current)
    if len({*known, *seen}) <= FEW:
        return discrete_chart(known, seen)
    edges, bent = axis(baseline, current)
    return {
        "kind": "numbers",
        "bent": bent,
        "edges": edges.tolist(),
        "baseline": bin_shares(baseline, edges),
        "current": bin_shares(current, edges),
    }


def value_weights(sketch: Sketch) -> dict[float, float]:
    held: dict[float, float] = {}
    for value, weight in zip(*sketch.weighted(), strict=True):
        held[float(value)] = held.get(float(value), 0.0) + float(weight)
    return held


def discrete_chart(known: Mapping[float, float], seen: Mapping[float, float]) -> Document:
    values = sorted({*known, *seen})
    n, m = sum(known.values()), sum(seen.values())
    return {
        "kind": "values",
        "values": [f"{value:g}" for value in values],
        "baseline": [known.get(value, 0.0) / n for value in values],
        "current": [seen.get(value, 0.0) / m for value in values],
    }


def axis(baseline: Sketch, current: Sketch) -> tuple[Floats, bool]:
    """Cut the range of both, less its far tails, into bins.

    Where it is far wider than the baseline's middle the axis is bent by asinh, so that both can
    be seen: even around the baseline's median, logarithmic far from it.
    """
    tails = [
        drawable(quantile(s, share)) for s in (baseline, current) for share in (TAIL, 1 - TAIL)
    ]
    low, high = min(tails), max(tails)
    early, middle, late = (drawable(quantile(baseline, share)) for share in (0.05, 0.5, 0.95))
    unit = max(late - early or abs(middle), SMALLEST)
    if low == high:
        low, high = low - unit / 2, high + unit / 2
    if (high - low) / unit <= WIDE:
        return np.linspace(low, high, BINS + 1), False
    ends = np.arcsinh((np.array([low, high]) - middle) / unit * 4)
    return middle + np.sinh(np.linspace(ends[0], ends[1], BINS + 1)) * unit / 4, True


def drawable(value: float) -> float:
    """Keep away from the ends of what floats can hold, where axes cannot be computed."""
    return min(max(value, -LARGEST), LARGEST)


def quantile(sketch: Sketch, share: float) -> float:
    items, weights = sketch.weighted()
    ranks = np.cumsum(weights)
    return float(items[min(np.searchsorted(ranks, share * ranks[-1]), len(items) - 1)])


def bin_shares(sketch: Sketch, edges: Floats) -> list[float]:
    """Share the values out over the bins; the outermost hold all that lies beyond them."""
    items, weights = sketch.weighted()
    inner = share_at(edges[1:-1], items, weights)
    return [round(share, 6) for share in np.diff(inner, prepend=0.0, append=1.0).tolist()]


def categorical_chart(known: Mapping[str, int], seen: Mapping[str, int]) -> Document:
    """Keep the values that are most frequent on either side; the rest is one bar."""
    n, m = sum(known.values()), sum(seen.values()) or 1
    shares = {
        value: (known.get(value, 0) / n, seen.get(value, 0) / m)
        for value in dict.fromkeys((*known, *seen))
    }
    first = sorted(shares, key=lambda value: -max(shares[value]))[:FEW]
    shown = [(value[:60], *shares[value]) for value in first]
    if len(shares) > FEW:
        rest = [held for value, held in shares.items() if value not in first]
        count = f"{len(rest)} others"
        shown.append((count, sum(held[0] for held in rest), sum(held[1] for held in rest)))
    return {
        "kind": "values",
        "values": [value for value, _, _ in shown],
        "baseline": [before for _, before, _ in shown],
        "current": [now for _, _, now in shown],
    }
