"""The deterministic KLL quantile sketch that Model Monitor writes (Deequ 2.0.2).

Source: Karnin, Lang, Liberty: Optimal Quantile Approximation in Streams (2016), in Deequ's
variant (QuantileNonSample, NonSampleCompactor): no randomness, so one order of the values gives
one sketch. Another order, or shards merged, give another sketch whose ranks differ by at most
`rank_error` of the number of values.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

SIZE: Final = 2048
SHRINKING: Final = 0.64

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Level:
    """Items that stand for 2^level values each, and how often the level was compacted."""

    items: Floats
    compactions: int = 0


@dataclass(frozen=True, slots=True)
class Sketch:
    """Values kept in levels: an item of level i stands for 2^i of the values seen."""

    levels: tuple[Level, ...] = (Level(np.empty(0)),)
    moved: int = 0

    @property
    def weight(self) -> int:
        """Count the values the items stand for."""
        return sum(len(level.items) << height for height, level in enumerate(self.levels))

    @property
    def data(self) -> list[list[float]]:
        """The levels as statistics.json writes them."""
        return [level.items.tolist() for level in self.levels]

    def extend(self, values: Floats) -> Sketch:
        """Take in finite values, shape (n,), in row order."""
        levels, position, moved = list(self.levels), 0, self.moved
        while True:
            room = total_capacity(len(levels)) + 1 - sum(len(level.items) for level in levels)
            piece = values[position : position + room]
            levels[0] = replace(levels[0], items=np.concatenate((levels[0].items, piece)))
            position += len(piece)
            if len(piece) < room:
                return Sketch(tuple(levels), moved)
            moved += condense(levels)

    def merge(self, other: Sketch) -> Sketch:
        """Join the two level by level, and compact while they are too large together."""
        levels = [
            Level(
                np.concatenate([s.levels[i].items for s in (self, other) if i < len(s.levels)]),
                self.levels[i].compactions if i < len(self.levels) else 0,
            )
            for i in range(max(len(self.levels), len(other.levels)))
        ]
        moved = self.moved + other.moved
        while sum(len(level.items) for level in levels) >= total_capacity(len(levels)):
            moved += condense(levels)
        return Sketch(tuple(levels), moved)

    def weighted(self) -> tuple[Floats, Floats]:
        """The items in ascending order and the number of values each stands for."""
        items = np.concatenate([level.items for level in self.levels])
        weights = np.repeat(
            [float(1 << height) for height in range(len(self.levels))],
            [len(level.items) for level in self.levels],
        )
        order = np.argsort(items, kind="stable")
        return items[order], weights[order]

    def rank_error(self) -> float:
        """Bound how far any rank may be off, as a share of the weight.

        A compaction of level h moves a rank by at most 2^h; `moved` is the sum of them all.
        """
        return self.moved / self.weight if self.weight else 0.0


def sketch_of(data: Sequence[Sequence[float]]) -> Sketch:
    """Read the levels of a statistics.json back."""
    if not data:
        return Sketch()
    return Sketch(tuple(Level(np.asarray(level, np.float64)) for level in data))


@cache
def capacity(height: int) -> int:
    return 2 * (math.ceil(SIZE * SHRINKING**height / 2) + 1)


@cache
def total_capacity(levels: int) -> int:
    return sum(capacity(height) for height in range(levels))


def condense(levels: list[Level]) -> int:
    """Compact the lowest level that is full: half of its items move up with double weight.

    Return by how much this may move a rank.
    """
    for height, level in enumerate(levels):
        if len(level.items) < capacity(height):
            continue
        if height + 1 == len(levels):
            levels.append(Level(np.empty(0)))
        even = len(level.items) - len(level.items) % 2
        # Deequ flips the offset before each second compaction: 0, 1, 1, 0, 0, 1, 1, …
        offset = (level.compactions + 1) // 2 % 2
        moved = np.sort(level.items[:even])[offset::2]
        above = levels[height + 1]
        levels[height + 1] = replace(above, items=np.concatenate((above.items, moved)))
        levels[height] = Level(level.items[even:], level.compactions + 1)
        return 1 << height
    return 0


def buckets(sketch: Sketch, low: float, high: float, count: int = 10) -> list[dict[str, float]]:
    """Count the sketch's values in `count` equal steps from the minimum to the maximum."""
    items, weights = sketch.weighted()
    ranks = np.concatenate(([0.0], np.cumsum(weights)))
    edges = [edge(low, high, i, count) for i in range(count + 1)]
    below = ranks[np.searchsorted(items, edges, side="left")]
    below[-1] = ranks[np.searchsorted(items, edges[-1], side="right")]
    return [
        {"lower_bound": lower, "upper_bound": upper, "count": float(held)}
        for lower, upper, held in zip(edges[:-1], edges[1:], np.diff(below), strict=True)
    ]


def edge(low: float, high: float, step: int, count: int) -> float:
    span = high - low
    if math.isinf(span):
        return low * (1 - step / count) + high * (step / count)
    return low + span * step / count
