"""Proofs of scores that have no unit of their own: differences in parts of the largest score."""

from typing import Final

import numpy as np

from slipway_export.model import Array, Predict, Proof, Tolerance

FLOAT32: Final = Tolerance(relative=1e-5, absolute=1e-5)
_SEED: Final = 20


def noise(*sides: int) -> Array:
    """Numbers around zero, the same each time."""
    return np.random.default_rng(_SEED).normal(size=sides).astype(np.float32)


def prove(rows: Array, original: Predict, exported: Predict) -> Proof:
    """Both answer in parts of the largest number that the original answers to these rows."""
    largest = float(np.max(np.abs(original(rows)), initial=0.0)) or 1.0
    return Proof(rows, lambda x: original(x) / largest, lambda x: exported(x) / largest, FLOAT32)
