"""xxHash64 of many short texts at once, in numpy.

Algorithm: the XXH64 specification (https://github.com/Cyan4973/xxHash/blob/dev/doc/
xxhash_spec.md). Each round is one array operation over the texts that are long enough for it, so
the work grows with the number of bytes, however the lengths are mixed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterator

Words = NDArray[np.uint64]
Counts = NDArray[np.int64]

P1: Final = np.uint64(0x9E3779B185EBCA87)
P2: Final = np.uint64(0xC2B2AE3D27D4EB4F)
P3: Final = np.uint64(0x165667B19E3779F9)
P4: Final = np.uint64(0x85EBCA77C2B2AE63)
P5: Final = np.uint64(0x27D4EB2F165667C5)
NONE: Final = np.uint64(0)
STRIPE: Final = 32
BLOCK: Final = 32_768


def hash_texts(texts: pl.Series, seed: int = 42) -> Words:
    """Hash the UTF-8 bytes of each text (String, no nulls); shape (n,).

    42 is the seed of Spark's and Deequ's HyperLogLog++.
    """
    return np.concatenate([np.empty(0, np.uint64), *hash_blocks(texts, seed)])


def hash_blocks(texts: pl.Series, seed: int = 42) -> Iterator[Words]:
    """Hash the texts, in blocks whose states fit into the processor's cache."""
    words = padded(texts.str.join("").cast(pl.Binary).item() or b"")
    all_lengths = texts.str.len_bytes().to_numpy()
    begin = 0
    for first in range(0, len(all_lengths), BLOCK):
        lengths = all_lengths[first : first + BLOCK].astype(np.int64)
        ends = begin + np.cumsum(lengths)
        begin = int(ends[-1])
        with np.errstate(over="ignore"):
            hashed = hash_block(words, ends - lengths, lengths, np.uint64(seed))
        yield hashed


def padded(data: bytes) -> Words:
    words = np.zeros(len(data) // 8 + 2, np.uint64)
    words.view(np.uint8)[: len(data)] = np.frombuffer(data, np.uint8)
    return words


def hash_block(words: Words, starts: Counts, lengths: Counts, seed: np.uint64) -> Words:
    """Hash the texts of `lengths` bytes that begin at byte `starts` of `words`."""
    hashed = hash_stripes(words, starts, lengths, seed) + lengths.astype(np.uint64)
    rest = lengths & (STRIPE - 1)
    tail = starts + lengths - rest
    for done in (0, 8, 16):
        here = chosen(rest >= done + 8)
        word = word_at(words, tail[here] + done)
        hashed[here] = rotate(hashed[here] ^ mix(NONE, word), 27) * P1 + P4
    here = chosen((rest & 4) > 0)
    word = word_at(words, (tail + (rest & ~7))[here]) & np.uint64(0xFFFFFFFF)
    hashed[here] = rotate(hashed[here] ^ (word * P1), 23) * P2 + P3
    for done in (0, 1, 2):
        here = chosen((rest & 3) > done)
        word = words.view(np.uint8)[(tail + (rest & ~3))[here] + done].astype(np.uint64)
        hashed[here] = rotate(hashed[here] ^ (word * P5), 11) * P1
    return avalanche(hashed)


def chosen(able: NDArray[np.bool_]) -> Counts | slice:
    """Index the chosen texts, without a copy where it is all of them."""
    return slice(None) if able.all() else np.flatnonzero(able)


def word_at(words: Words, at: Counts) -> Words:
    """Read eight bytes from byte `at` on, joined from the two aligned words they lie in."""
    index = at >> 3
    shift = ((at & 7) << 3).view(np.uint64)
    above = (words[index + 1] << np.uint64(1)) << (np.uint64(63) - shift)
    joint: Words = (words[index] >> shift) | above
    return joint


def hash_stripes(words: Words, starts: Counts, lengths: Counts, seed: np.uint64) -> Words:
    """Take in all whole stripes of 32 bytes; texts without one get the state of short texts."""
    hashed = np.full(len(starts), seed + P5, np.uint64)
    stripes = lengths // STRIPE
    long = np.flatnonzero(stripes)
    if not len(long):
        return hashed
    lanes = np.empty((4, len(long)), np.uint64)
    lanes[:] = np.array([seed + P1 + P2, seed + P2, seed, seed - P1])[:, None]
    for stripe in range(int(stripes.max())):
        still = np.flatnonzero(stripes[long] > stripe)
        at = starts[long[still]] + stripe * STRIPE
        for lane in range(4):
            lanes[lane, still] = mix(lanes[lane, still], word_at(words, at + 8 * lane))
    hashed[long] = joined(lanes)
    return hashed


def joined(lanes: Words) -> Words:
    hashed = np.zeros(lanes.shape[1], np.uint64)
    for lane, by in zip(lanes, (1, 7, 12, 18), strict=True):
        hashed += rotate(lane, by)
    for lane in lanes:
        hashed = (hashed ^ mix(NONE, lane)) * P1 + P4
    return hashed


def mix(state: Words | np.uint64, word: Words) -> Words:
    return rotate(state + word * P2, 31) * P1


def rotate(word: Words, by: int) -> Words:
    return (word << np.uint64(by)) | (word >> np.uint64(64 - by))


def avalanche(hashed: Words) -> Words:
    hashed = (hashed ^ (hashed >> np.uint64(33))) * P2
    hashed = (hashed ^ (hashed >> np.uint64(29))) * P3
    return hashed ^ (hashed >> np.uint64(32))
