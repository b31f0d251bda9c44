"""CloudWatch's extended statistics: of the values between two bounds, trimmed, winsorized, counted.

    TM(10%:90%)   the mean of what lies between two percentiles     tm90, IQM
    WM(:95%)      the mean, where what lies beyond is a bound       wm95
    TS, TC        the sum, and the number, of what lies between     ts90, tc90
    PR(0:300)     the share of all that lies between, in percent

A bound is a percentile, or a value: then the lower one is exclusive, the upper one inclusive.
Source: "CloudWatch statistics definitions", Amazon CloudWatch user guide. Percentiles themselves
MiniStack knows.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

Sample = tuple[float, float]  # a value, and how often it was seen
Samples = Sequence[Sample]

_SHORT = re.compile(r"(tm|wm|ts|tc)(\d{1,2}(?:\.\d+)?|100)")
_LONG = re.compile(r"(TM|WM|TS|TC|PR)\(([\d.]*)(%?):([\d.]*)(%?)\)")
_MIDDLE = "TM(25%:75%)"


@dataclass(frozen=True, slots=True)
class Extended:
    """A statistic between two bounds, infinite for none: percentiles if `ranked`, else values."""

    what: str
    low: float
    high: float
    ranked: bool

    def of(self, samples: Samples) -> float | None:
        """What it is of the samples; None where nothing lies between."""
        ordered = sorted(samples)
        between = [*(self._by_rank if self.ranked else self._by_value)(ordered)]
        return _STATISTICS[self.what](between, ordered)

    def _by_value(self, ordered: Samples) -> Iterator[Sample]:
        for value, count in ordered:
            if self.low < value <= self.high:
                yield value, count

    def _by_rank(self, ordered: Samples) -> Iterator[Sample]:
        low, high = (bound * _count(ordered) / 100 for bound in (self.low, self.high))
        for value, start, end in _ranks(ordered):
            inside = min(end, high) - max(start, low)
            if inside > 0:
                yield value, inside


def parsed(name: str) -> Extended | None:
    """The statistic of that name; None for one that CloudWatch has not."""
    short = _SHORT.fullmatch(name)
    if short:
        return Extended(short[1].upper(), -inf, float(short[2]), ranked=True)
    found = _LONG.fullmatch(_MIDDLE if name == "IQM" else name)
    if not found:
        return None
    what, low, low_unit, high, high_unit = found.groups()
    units = {unit for bound, unit in ((low, low_unit), (high, high_unit)) if bound}
    if len(units) != 1 or (what == "PR" and units == {"%"}):
        return None
    return Extended(what, float(low or -inf), float(high or inf), ranked=units == {"%"})


def _ranks(ordered: Samples) -> Iterator[tuple[float, float, float]]:
    """Each value with the ranks that its counts take."""
    ends = [0.0]
    for _, count in ordered:
        ends.append(ends[-1] + count)
    for (value, _), (start, end) in zip(ordered, pairwise(ends), strict=True):
        yield value, start, end


def _count(samples: Samples) -> float:
    return float(sum(count for _, count in samples))


def _sum(samples: Samples) -> float:
    return float(sum(value * count for value, count in samples))


def _trimmed_mean(between: Samples, _: Samples) -> float | None:
    return _sum(between) / _count(between) if between else None


def _winsorized_mean(between: Samples, ordered: Samples) -> float | None:
    """What lies beyond counts as the outermost value between."""
    if not between:
        return None
    least, most = between[0][0], between[-1][0]
    held = [(min(max(value, least), most), count) for value, count in ordered]
    return _sum(held) / _count(held)


_STATISTICS: dict[str, Callable[[Samples, Samples], float | None]] = {
    "TM": _trimmed_mean,
    "WM": _winsorized_mean,
    "TS": lambda between, _: _sum(between),
    "TC": lambda between, _: _count(between),
    "PR": lambda between, ordered: 100 * _count(between) / _count(ordered) if ordered else None,
}
