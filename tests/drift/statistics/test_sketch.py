"""The quantile sketch is Deequ's, and its ranks keep within the error it states."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slipway_drift.statistics.sketch import Floats, Sketch, buckets, sketch_of


def item_by_item(values: list[float]) -> list[list[float]]:
    """Deequ's update and condense, one item at a time."""
    levels: list[list[float]] = [[]]
    done = [0]

    def capacity(height: int) -> int:
        return 2 * (math.ceil(2048 * 0.64**height / 2) + 1)

    offset = [0]
    for value in values:
        levels[0].append(value)
        if sum(map(len, levels)) <= sum(map(capacity, range(len(levels)))):
            continue
        for h, level in enumerate(levels):
            if len(level) >= capacity(h):
                if h + 1 == len(levels):
                    levels.append([])
                    done.append(0)
                    offset.append(0)
                if done[h] % 2 == 1:
                    offset[h] = 1 - offset[h]
                even = len(level) - len(level) % 2
                levels[h + 1] += sorted(level[:even])[offset[h] :: 2]
                levels[h] = level[even:]
                done[h] += 1
                break
    return levels


@pytest.mark.parametrize("count", [0, 1, 2_050, 2_051, 9_999, 60_001])
def test_taking_values_in_bulk_is_taking_them_one_by_one(count: int) -> None:
    values = np.random.default_rng(count).normal(size=count)
    assert Sketch().extend(values).data == item_by_item(values.tolist())


@given(st.lists(st.integers(0, 6_000), min_size=1, max_size=4))
@settings(max_examples=20)
def test_pieces_in_order_give_the_same_sketch_as_the_whole(cuts: list[int]) -> None:
    values = np.random.default_rng(7).normal(size=sum(cuts))
    pieces = Sketch()
    for piece in np.split(values, np.cumsum(cuts)[:-1]):
        pieces = pieces.extend(piece)
    assert pieces.data == Sketch().extend(values).data


def largest_rank_error(sketch: Sketch, values: Floats) -> float:
    items, weights = sketch.weighted()
    points = np.unique(values)
    true = np.searchsorted(np.sort(values), points, side="right") / len(values)
    ranks = np.concatenate(([0.0], np.cumsum(weights)))
    found = ranks[np.searchsorted(items, points, side="right")] / len(values)
    return float(np.max(np.abs(true - found)))


@pytest.mark.parametrize("seed", range(4))
def test_ranks_keep_within_the_stated_error_in_any_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = np.round(rng.lognormal(size=30_000), seed)
    for ordered in (values, np.sort(values), rng.permutation(values)):
        sketch = Sketch().extend(ordered)
        assert sketch.weight == len(values)
        assert largest_rank_error(sketch, values) <= sketch.rank_error() < 0.02


@pytest.mark.parametrize("seed", range(4))
def test_shards_merge_within_the_stated_error_however_they_are_grouped(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shards = [rng.normal(i, 1 + i, size) for i, size in enumerate((9_000, 10, 20_000, 3_000))]
    a, b, c, d = (Sketch().extend(shard) for shard in shards)
    values = np.concatenate(shards)
    for merged in (
        a.merge(b).merge(c).merge(d),
        a.merge(b.merge(c.merge(d))),
        d.merge(c).merge(a.merge(b)),
    ):
        assert merged.weight == len(values)
        assert largest_rank_error(merged, values) <= merged.rank_error() < 0.02


def test_buckets_count_from_the_minimum_to_the_maximum_inclusive() -> None:
    sketch = Sketch().extend(np.arange(101.0))
    counts = [bucket["count"] for bucket in buckets(sketch, 0.0, 100.0)]
    assert counts == [10.0] * 9 + [11.0]


def test_a_constant_column_fills_the_last_bucket() -> None:
    held = buckets(Sketch().extend(np.full(5, 3.0)), 3.0, 3.0)
    assert [bucket["count"] for bucket in held] == [0.0] * 9 + [5.0]
    assert {bucket["lower_bound"] for bucket in held} == {3.0}


def test_a_range_beyond_all_floats_has_finite_edges() -> None:
    held = buckets(Sketch().extend(np.array([-1.7e308, 1.7e308])), -1.7e308, 1.7e308)
    assert all(math.isfinite(bucket["upper_bound"]) for bucket in held)
    assert sum(bucket["count"] for bucket in held) == 2


def test_an_empty_sketch_reads_back() -> None:
    assert sketch_of([]).weight == 0


def test_a_merge_that_just_fills_the_sketch_compacts_it() -> None:
    half = Sketch().extend(np.arange(1_025.0))
    assert [len(level) for level in half.merge(half).data] == [0, 1_025]
