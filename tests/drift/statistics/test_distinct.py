"""The distinct counts are HyperLogLog++'s, of any order and any sharding."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from slipway_drift.statistics import distinct


@pytest.mark.parametrize("true_count", [1, 2, 53, 120, 400, 700, 2_500, 40_000])
def test_the_estimate_is_near_the_truth(true_count: int) -> None:
    texts = pl.Series([f"v{i}" for i in range(true_count)])
    found = distinct.estimate(distinct.observe(distinct.no_registers(), texts))
    assert found == pytest.approx(true_count, rel=0.15, abs=1)


def test_nothing_seen_is_nothing_counted() -> None:
    assert distinct.estimate(distinct.no_registers()) == 0


@given(st.lists(st.text(max_size=5).map(ascii)))
def test_order_repetition_and_sharding_change_nothing(texts: list[str]) -> None:
    def registers(held: list[str]) -> list[int]:
        series = pl.Series(held, dtype=pl.String)
        return list(distinct.observe(distinct.no_registers(), series))

    cut = len(texts) // 2
    whole = registers(texts)
    assert registers(texts[::-1] + texts) == whole
    halves = (
        np.array(registers(texts[:cut]), np.uint8),
        np.array(registers(texts[cut:]), np.uint8),
    )
    assert distinct.merge(*halves).tolist() == whole


@pytest.mark.parametrize(
    "word", [1, 2, 3, 255, (1 << 53) - 1, (1 << 54) - 1, (1 << 64) - 1, 1 << 63]
)
def test_leading_zeros_are_exact_where_floats_are_not(word: int) -> None:
    found = distinct.leading_zeros(np.array([word], np.uint64))
    assert found.tolist() == [64 - word.bit_length()]


def test_the_bias_is_taken_at_both_ends_of_the_table() -> None:
    assert distinct.bias_of(1.0) > 300
    assert distinct.bias_of(2_559.0) < 0
