"""The hash is xxHash64, whatever the lengths and however they are mixed."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from slipway_drift.statistics.xxhash64 import hash_texts

MASK = (1 << 64) - 1
P1, P2, P3, P4, P5 = (
    0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63,
    0x27D4EB2F165667C5,
)  # fmt: skip


def turn(word: int, by: int) -> int:
    return ((word << by) | (word >> (64 - by))) & MASK


def round_of(lane: int, word: int) -> int:
    return turn((lane + word * P2) & MASK, 31) * P1 & MASK


def words(data: bytes, size: int) -> list[int]:
    return [int.from_bytes(data[i : i + size], "little") for i in range(0, len(data), size)]


def stripes_of(data: bytes, seed: int) -> int:
    """The state after all whole stripes."""
    if not data:
        return (seed + P5) & MASK
    lanes = [(seed + P1 + P2) & MASK, (seed + P2) & MASK, seed, (seed - P1) & MASK]
    for i, word in enumerate(words(data, 8)):
        lanes[i % 4] = round_of(lanes[i % 4], word)
    hashed = sum(turn(lane, by) for lane, by in zip(lanes, (1, 7, 12, 18), strict=True)) & MASK
    for lane in lanes:
        hashed = ((hashed ^ round_of(0, lane)) * P1 + P4) & MASK
    return hashed


def by_the_book(data: bytes, seed: int) -> int:
    """XXH64 of one text in plain integers, step by step as specified."""
    stripes = len(data) // 32 * 32
    eights = stripes + (len(data) - stripes) // 8 * 8
    fours = eights + (len(data) - eights) // 4 * 4
    hashed = (stripes_of(data[:stripes], seed) + len(data)) & MASK
    for word in words(data[stripes:eights], 8):
        hashed = (turn(hashed ^ round_of(0, word), 27) * P1 + P4) & MASK
    for word in words(data[eights:fours], 4):
        hashed = (turn(hashed ^ (word * P1 & MASK), 23) * P2 + P3) & MASK
    for byte in data[fours:]:
        hashed = turn(hashed ^ (byte * P5 & MASK), 11) * P1 & MASK
    hashed = (hashed ^ (hashed >> 33)) * P2 & MASK
    hashed = (hashed ^ (hashed >> 29)) * P3 & MASK
    return hashed ^ (hashed >> 32)


@pytest.mark.parametrize(("text", "hashed"), [("", 0xEF46DB3751D8E999), ("a", 0xD24EC4F1A98C6E5B)])
def test_published_values_come_out(text: str, hashed: int) -> None:
    assert hash_texts(pl.Series([text]), seed=0).tolist() == [hashed]
    assert by_the_book(text.encode(), 0) == hashed


def test_every_length_up_to_a_few_stripes() -> None:
    texts = ["".join(chr(97 + i * n % 26) for i in range(n)) for n in range(140)]
    expected = [by_the_book(text.encode(), 42) for text in texts]
    assert hash_texts(pl.Series(texts)).tolist() == expected


@given(st.lists(st.text(max_size=70), max_size=20))
def test_any_texts_in_any_mix(texts: list[str]) -> None:
    clean = [text.encode("utf-8", "replace").decode() for text in texts]
    expected = [by_the_book(text.encode(), 42) for text in clean]
    assert hash_texts(pl.Series(clean, dtype=pl.String)).tolist() == expected


def test_blocks_join_seamlessly() -> None:
    texts = [f"value-{i}" for i in range(40_000)]
    hashed = hash_texts(pl.Series(texts))
    for i in (0, 32_767, 32_768, 39_999):
        assert int(hashed[i]) == by_the_book(texts[i].encode(), 42)
