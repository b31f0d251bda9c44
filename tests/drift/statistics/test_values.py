"""Exact counts stay exact, or say that they are not complete."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from slipway_drift.statistics.values import MANY, Values

counts = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 9))
MANY_VALUES = {f"v{i}": 1 for i in range(MANY + 1)}


@given(counts, counts, counts)
def test_merging_is_associative(a: dict[str, int], b: dict[str, int], c: dict[str, int]) -> None:
    x, y, z = (Values().extend(held) for held in (a, b, c))
    assert x.merge(y).merge(z) == x.merge(y.merge(z))


def test_too_many_values_leave_only_the_watched_ones() -> None:
    held = Values(watched=frozenset({"v3", "other"})).extend(MANY_VALUES)
    assert held == Values({"v3": 1}, complete=False, watched=frozenset({"v3", "other"}))


def test_a_shard_of_few_values_and_one_of_many_merge_either_way() -> None:
    watched = frozenset({"v3"})
    few = Values({"v3": 5, "x": 1}, watched=watched)
    many = Values(watched=watched).extend(MANY_VALUES)
    for merged in (few.merge(many), many.merge(few)):
        assert merged == Values({"v3": 6}, complete=False, watched=watched)


def test_a_value_only_one_shard_watched_is_no_longer_known() -> None:
    watching = Values({"a": 1, "b": 1}, complete=False, watched=frozenset("ab"))
    other = Values({"b": 2}, complete=False, watched=frozenset("bc"))
    assert watching.merge(other) == Values({"b": 3}, complete=False, watched=frozenset("b"))
