"""The deterministic KLL quantile sketch that Model Monitor writes (Deequ 2.0.2).

Source: Karnin, Lang, Liberty: Optimal Quantile Approximation in Streams (2016), in Deequ's
variant (QuantileNonSample, NonSampleCompactor): no randomness, so one order of the values gives
one sketch. Another order, or shards merged, give another sketch whose ranks differ by at most
`rank_error` of the number of values.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
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


EMPTY: Final = Level(np.empty(0))


@dataclass(frozen=True, slots=True)
class Sketch:
    """Values kept in levels: an item of level i stands for 2^i of the values seen."""

    levels: tuple[Level, ...] = (EMPTY,)
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
        items = [level.items for level in self.levels]
        compactions = [level.compactions for level in self.levels]
        moved, position, held = self.moved, 0, sum(map(len, items))
        while True:
            room = total_capacity(len(items)) + 1 - held
            piece = values[position : position + room]
            items[0] = np.concatenate((items[0], piece))
            position += len(piece)
            if len(piece) < room:
                return built(items, compactions, moved)
            moved += condense(items, compactions)
            held = sum(map(len, items))

    def merge(self, other: Sketch) -> Sketch:
        """Join the two level by level, and compact while they are too large together."""
        heights = range(max(len(self.levels), len(other.levels)))
        ours = [self.levels[i] if i < len(self.levels) else EMPTY for i in heights]
        theirs = [other.levels[i] if i < len(other.levels) else EMPTY for i in heights]
        items = [np.concatenate((a.items, b.items)) for a, b in zip(ours, theirs, strict=True)]
        compactions = [level.compactions for level in ours]
        moved = self.moved + other.moved
        while sum(map(len, items)) >= total_capacity(len(items)):
            moved += condense(items, compactions)
        return built(items, compactions, moved)

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


def condense(items: list[Floats], compactions: list[int]) -> int:
    """Compact the lowest level that is full: half of its items move up with double weight.

    Return by how much this may move a rank.
    """
    height = next(h for h, level in enumerate(items) if len(level) >= capacity(h))
    level = items[height]
    if height + 1 == len(items):
        items.append(EMPTY.items)
        compactions.append(0)
    even = len(level) - len(level) % 2
    # Deequ flips the offset before each second compaction: 0, 1, 1, 0, 0, 1, 1, …
    offset = (compactions[height] + 1) // 2 % 2
    kept = level[:even].copy()
    kept.sort()
    items[height + 1] = np.concatenate((items[height + 1], kept[offset::2]))
    items[height] = level[even:]
    compactions[height] += 1
    return 1 << height


def built(items: Sequence[Floats], compactions: Sequence[int], moved: int) -> Sketch:
    levels = (Level(held, done) for held, done in zip(items, compactions, strict=True))
    return Sketch(tuple(levels), moved)


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
