"""Values that were printed shorter in one place than in another are the same values.

A reply printed with six digits, or computed as float32, is not another distribution than the double
that it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway_drift.statistics.sketch import Floats

    Rounding = Callable[[Floats], Floats]

ROUNDING: Final = 1e-12  # of the largest value: what a computation may miss one by
DIGITS: Final = range(6, 16)


def common(known: Floats, seen: Floats) -> Rounding:
    """Round to what the shorter of the two was printed with; to nothing where both are exact."""
    if as_single(known) != as_single(seen):
        return single
    digits = min(printed_digits(known), printed_digits(seen))
    return lambda values: shortened(values, digits) if digits < DIGITS.stop else values


def printed_digits(values: Floats) -> int:
    """The fewest significant digits, from six up, that all the values are written with."""
    for digits in DIGITS:
        if all(float(f"{value:.{digits}g}") == value for value in values.tolist()):
            return digits
    return DIGITS.stop


def as_single(values: Floats) -> bool:
    return bool(np.array_equal(single(values), values)) and printed_digits(values) == DIGITS.stop


def single(values: Floats) -> Floats:
    with np.errstate(over="ignore"):
        return values.astype(np.float32).astype(np.float64)


def shortened(values: Floats, digits: int) -> Floats:
    return np.array([float(f"{value:.{digits}g}") for value in values.tolist()])
