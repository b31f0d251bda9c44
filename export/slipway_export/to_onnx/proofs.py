"""Proofs of models with several outputs: one array a row, each output in a measure of its own."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from slipway_export.model import Array, Proof, Tolerance

Outputs = Mapping[str, Array]
FLOAT32: Final = Tolerance(relative=1e-5, absolute=1e-5)
_SEED: Final = 20


def noise(*sides: int) -> Array:
    """Numbers around zero, the same each time."""
    return np.random.default_rng(_SEED).normal(size=sides).astype(np.float32)


def prove(
    inputs: Array,
    expected: Outputs,
    exported: Callable[[Array], Outputs],
    tolerance: Tolerance = FLOAT32,
) -> Proof:
    """A proof of every output in `expected`, which is what the original answered to `inputs`.

    Numbers are measured by the largest one that the original answers in the same output, so that
    `tolerance` says the same of each; labels, integers or words, must be equal.
    """
    measures = {name: _measure(values) for name, values in expected.items()}

    def in_measure(outputs: Outputs) -> Array:
        columns = (measure(outputs[name]) for name, measure in measures.items())
        return np.hstack([column.reshape(len(inputs), -1) for column in columns])

    return Proof(
        inputs, lambda _: in_measure(expected), lambda rows: in_measure(exported(rows)), tolerance
    )


def _measure(expected: Array) -> Callable[[Array], Array]:
    """How an output becomes numbers that can be compared."""
    if expected.dtype.kind in "OSU":
        known = np.unique(expected.astype(str))
        return lambda words: np.equal.outer(words.astype(str), known).astype(np.float64)
    finite = np.abs(expected[np.isfinite(expected)])
    largest = np.max(finite, initial=0) if expected.dtype.kind == "f" else 1.0
    return lambda values: np.asarray(values, np.float64) / (float(largest) or 1.0)
