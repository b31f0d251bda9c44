"""Approximate number of distinct values: HyperLogLog++ as Spark and Deequ compute it.

p = 9 (512 registers), xxHash64 with seed 42 over the raw text, linear counting up to 400, else
the estimate less its bias, interpolated from the six nearest points of a published table.
Heule, Nunkesser, Hall: HyperLogLog in Practice (2013).
"""

from __future__ import annotations

import bisect
import math
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from slipway_drift.statistics.distinct_bias import BIAS, RAW_ESTIMATE
from slipway_drift.statistics.xxhash64 import hash_blocks

if TYPE_CHECKING:
    import polars as pl

PRECISION: Final = 9
REGISTERS: Final = 1 << PRECISION
RANKS: Final = 64
ALPHA_M2: Final = 0.7213 / (1.0 + 1.079 / REGISTERS) * REGISTERS * REGISTERS
LINEAR_LIMIT: Final = 400.0
NEIGHBOURS: Final = 6

Registers = NDArray[np.uint8]


def no_registers() -> Registers:
    """The registers, shape (512,), of no value at all."""
    return np.zeros(REGISTERS, np.uint8)


def observe(registers: Registers, texts: pl.Series) -> Registers:
    """Take in texts (String, no nulls); the same texts in any order give the same registers."""
    seen = np.zeros(REGISTERS * RANKS, np.bool_)
    for hashed in hash_blocks(texts):
        index = hashed >> np.uint64(64 - PRECISION)
        rest = (hashed << np.uint64(PRECISION)) | np.uint64(1 << (PRECISION - 1))
        seen[(index * np.uint64(RANKS)).view(np.int64) + leading_zeros(rest) + 1] = True
    ranks = seen.reshape(REGISTERS, RANKS)
    highest = np.where(ranks.any(axis=1), RANKS - 1 - ranks[:, ::-1].argmax(axis=1), 0)
    return merge(registers, highest.astype(np.uint8))


def leading_zeros(words: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Count the zero bits above the highest set one, from the exponent of the nearest float."""
    # Clearing each bit below a set one keeps rounding from carrying into the next power of two.
    exponent = (words & ~(words >> np.uint64(1))).astype(np.float64).view(np.uint64)
    return 63 + 1023 - (exponent >> np.uint64(52)).astype(np.int64)


def merge(left: Registers, right: Registers) -> Registers:
    """The registers of both sets of values together, exactly."""
    return np.maximum(left, right)


def estimate(registers: Registers) -> int:
    """How many distinct values were seen; the standard error is 4.6 %."""
    empty = int(np.count_nonzero(registers == 0))
    if empty:
        linear = REGISTERS * math.log(REGISTERS / empty)
        if linear <= LINEAR_LIMIT:
            return math.floor(linear + 0.5)
    raw = ALPHA_M2 / float(np.sum(np.exp2(-registers.astype(np.float64))))
    corrected = raw - bias_of(raw) if raw < 5.0 * REGISTERS else raw
    return math.floor(corrected + 0.5)


def bias_of(raw: float) -> float:
    """Mean the bias of the six points of the table that are nearest to the raw estimate."""

    def distance(point: int) -> float:
        return abs(raw - RAW_ESTIMATE[point])

    low = max(bisect.bisect_left(RAW_ESTIMATE, raw) - NEIGHBOURS + 1, 0)
    high = min(low + NEIGHBOURS, len(RAW_ESTIMATE))
    while high < len(RAW_ESTIMATE) and distance(high) < distance(low):
        low, high = low + 1, high + 1
    return sum(BIAS[low:high]) / (high - low)
