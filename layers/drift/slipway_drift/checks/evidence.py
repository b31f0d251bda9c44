"""How likely chance alone does as much: p-values on the rows that there are, none of them smaller
than the truth.

Both samples count, so a small baseline is as little to go by as a small window. Sources: Hoeffding
1963 and Fisher 1935 (hypergeometric), Wei and Dudley 2012 (two-sample Dvoretzky-Kiefer-Wolfowitz).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence


def chance_of_gap(gap: float, n: int, m: int) -> float:
    """Bound P(two samples of one distribution are so far apart): e exp(-2 gap² nm / (n + m))."""
    return min(1.0, math.exp(1.0 - 2.0 * gap * gap * n * m / (n + m)))


def chance_of_more(seen: int, n: int, known: int, m: int) -> float:
    """P(at least `seen` of `n` rows, given those of both samples): one side of Fisher's test."""
    total = seen + known
    low, high = max(0, total - m), min(n, total)
    if seen <= low:
        return 1.0
    steps = np.arange(seen, high, dtype=np.float64)
    ratios = (total - steps) * (n - steps) / ((steps + 1) * (m - total + steps + 1))
    with np.errstate(over="ignore"):  # what is far likelier than chance is certain
        tail = 1.0 + float(np.cumprod(ratios).sum())
    first = chosen(n, seen) + chosen(m, known) - chosen(n + m, total)
    return min(1.0, math.exp(first) * tail)


def chance_of_either(seen: int, n: int, known: int, m: int) -> float:
    """The same for a share that may have risen or fallen."""
    rarer = chance_of_more(n - seen, n, m - known, m)
    return min(1.0, 2.0 * min(chance_of_more(seen, n, known, m), rarer))


def chance_of_any(seen: Sequence[int], known: Sequence[int]) -> float:
    """P(some share of a histogram is as far off as the farthest), for all its shares together."""
    n, m = sum(seen), sum(known)
    each = (chance_of_either(now, n, then, m) for now, then in zip(seen, known, strict=True))
    return min(1.0, len(seen) * min(each, default=1.0))


def chance_beyond(count: int, n: int, m: int) -> float:
    """Bound P(`count` of `n` rows lie beyond the extremes of `m` others, at both ends together)."""
    split = chosen(n, count) - chosen(n + m, count)
    return min(1.0, (count + 1) * math.exp(split))


def chosen(n: int, k: int) -> float:
    """The logarithm of n over k."""
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
