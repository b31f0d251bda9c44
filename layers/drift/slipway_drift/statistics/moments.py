"""Sum, mean, standard deviation and extremes of numbers that arrive in pieces.

The sum is the sequential one of Model Monitor, bit for bit. The variance joins pieces by Chan,
Golub and LeVeque's rule (1979); Model Monitor runs Welford's, which differs in the last digits
(tested to 1e-12).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from slipway_drift.statistics.sketch import Floats

BLOCK: Final = 32_768  # long enough for two threads, short enough for the cache


@dataclass(frozen=True, slots=True)
class Moments:
    """Of `count` finite numbers: their sum, their mean, their squared deviations, their range."""

    count: int = 0
    sum: float = 0.0
    center: float = 0.0
    squares: float = 0.0
    min: float = math.inf
    max: float = -math.inf

    @property
    def mean(self) -> float:
        return self.sum / self.count

    @property
    def std_dev(self) -> float:
        """The population's standard deviation."""
        return math.sqrt(self.squares / self.count)

    def extend(self, values: Floats) -> Moments:
        """Take in finite values, shape (n,), in row order."""
        held = self
        for first in range(0, len(values), BLOCK):
            held = held.with_block(values[first : first + BLOCK])
        return held

    def with_block(self, values: Floats) -> Moments:
        with np.errstate(over="ignore", invalid="ignore"):
            center = float(np.mean(values))
            squares = float(np.sum(np.square(values - center)))
            total = float(np.add.accumulate(np.concatenate(([self.sum], values)))[-1])
            piece = Moments(
                len(values), total, center, squares, float(values.min()), float(values.max())
            )
            return self.joined(piece, total)

    def merge(self, other: Moments) -> Moments:
        """Join two pieces; sums agree with the sequential ones to rounding."""
        with np.errstate(over="ignore", invalid="ignore"):
            return self.joined(other, self.sum + other.sum)

    def joined(self, other: Moments, total: float) -> Moments:
        count = self.count + other.count
        if not count:
            return self
        apart = other.center - self.center
        return Moments(
            count,
            total,
            self.center + apart * (other.count / count),
            self.squares + other.squares + apart * apart * (self.count * other.count / count),
            min(self.min, other.min),
            max(self.max, other.max),
        )
