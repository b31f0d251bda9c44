"""xxHash64 of many short texts at once, in numpy.

Algorithm: the XXH64 specification (https://github.com/Cyan4973/xxHash/blob/dev/doc/
xxhash_spec.md). Texts of equal length are hashed together, so that each step of the algorithm
is one array operation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

Words = NDArray[np.uint64]

P1: Final = np.uint64(0x9E3779B185EBCA87)
P2: Final = np.uint64(0xC2B2AE3D27D4EB4F)
P3: Final = np.uint64(0x165667B19E3779F9)
P4: Final = np.uint64(0x85EBCA77C2B2AE63)
P5: Final = np.uint64(0x27D4EB2F165667C5)
BLOCK: Final = 16_384


def hash_texts(texts: pl.Series, seed: int = 42) -> Words:
    """Hash the UTF-8 bytes of each text (String, no nulls), shape (n,); the order is not kept.

    42 is the seed of Spark's and Deequ's HyperLogLog++.
    """
    joined = texts.str.join("").item() or ""
    data = np.frombuffer(joined.encode() + bytes(8), np.uint8)
    lengths = texts.str.len_bytes().to_numpy().astype(np.int64)
    starts = np.cumsum(lengths) - lengths
    with np.errstate(over="ignore"):
        hashed = [
            hash_equally_long(data, block, length, seed)
            for length, block in blocks_by_length(starts, lengths)
        ]
    return np.concatenate(hashed) if hashed else np.empty(0, np.uint64)


def blocks_by_length(
    starts: NDArray[np.int64], lengths: NDArray[np.int64]
) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Group the starts by length, in blocks small enough for the processor's cache."""
    if not len(lengths):
        return
    order = np.argsort(lengths.astype(np.uint16) if lengths.max() < 65_536 else lengths,
                       kind="stable")
    ordered = lengths[order]
    edges = np.flatnonzero(np.diff(ordered, prepend=-1, append=-1))
    for begin, end in zip(edges[:-1], edges[1:], strict=True):
        for cut in range(begin, end, BLOCK):
            yield int(ordered[begin]), starts[order[cut : min(cut + BLOCK, end)]]


def hash_equally_long(
    data: NDArray[np.uint8], starts: NDArray[np.int64], length: int, seed: int
) -> Words:
    """Hash the texts of `length` bytes that begin at `starts`."""
    eights = np.lib.stride_tricks.as_strided(
        data[:8].view(np.uint64), shape=(len(data) - 7,), strides=(1,), writeable=False
    )
    position, hashed = 0, np.full(len(starts), np.uint64(seed) + P5, np.uint64)
    if length >= 32:
        position, hashed = hash_stripes(eights, starts, length, seed)
    hashed += np.uint64(length)
    while length - position >= 8:
        hashed ^= mix(np.uint64(0), eights[starts + position])
        hashed = rotate(hashed, 27) * P1 + P4
        position += 8
    if length - position >= 4:
        hashed ^= (eights[starts + position] & np.uint64(0xFFFFFFFF)) * P1
        hashed = rotate(hashed, 23) * P2 + P3
        position += 4
    for last in range(position, length):
        hashed ^= data[starts + last].astype(np.uint64) * P5
        hashed = rotate(hashed, 11) * P1
    return avalanche(hashed)


def hash_stripes(
    eights: Words, starts: NDArray[np.int64], length: int, seed: int
) -> tuple[int, Words]:
    """Take in the 32-byte stripes; return the position after them and the state."""
    first = np.uint64(seed)
    lanes = [
        np.full(len(starts), lane, np.uint64)
        for lane in (first + P1 + P2, first + P2, first, first - P1)
    ]
    end = length // 32 * 32
    for position in range(0, end, 32):
        for i in range(4):
            lanes[i] = mix(lanes[i], eights[starts + position + 8 * i])
    rotated = [rotate(lane, by) for lane, by in zip(lanes, (1, 7, 12, 18), strict=True)]
    hashed = rotated[0] + rotated[1] + rotated[2] + rotated[3]
    for lane in lanes:
        hashed = (hashed ^ mix(np.uint64(0), lane)) * P1 + P4
    return end, hashed


def mix(state: Words | np.uint64, word: Words) -> Words:
    return rotate(state + word * P2, 31) * P1


def rotate(word: Words, by: int) -> Words:
    return (word << np.uint64(by)) | (word >> np.uint64(64 - by))


def avalanche(hashed: Words) -> Words:
    hashed = (hashed ^ (hashed >> np.uint64(33))) * P2
    hashed = (hashed ^ (hashed >> np.uint64(29))) * P3
    return hashed ^ (hashed >> np.uint64(32))
