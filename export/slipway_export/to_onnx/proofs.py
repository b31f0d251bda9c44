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
    `tolerance` says the same of each; labels, which are integers, must be equal.
    """
    measures = {name: _measure(values) for name, values in expected.items()}

    def in_measure(outputs: Outputs) -> Array:
        columns = [
            np.asarray(outputs[name], np.float64).reshape(len(inputs), -1) / measure
            for name, measure in measures.items()
        ]
        return np.hstack(columns)

    return Proof(
        inputs, lambda _: in_measure(expected), lambda rows: in_measure(exported(rows)), tolerance
    )


def _measure(values: Array) -> float:
    if np.issubdtype(values.dtype, np.integer):
        return 1.0
    finite = np.abs(values[np.isfinite(values)])
    return float(np.max(finite, initial=0.0)) or 1.0
