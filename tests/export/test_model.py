"""A proof fails where an export predicts otherwise, and only there."""

import numpy as np
import pytest
from numpy.typing import ArrayLike
from slipway_export.model import EXACT, Array, ExportRefused, Proof, Tolerance

ROWS = np.zeros((3, 2))


def proof(ours: ArrayLike, theirs: ArrayLike, tolerance: Tolerance = EXACT) -> Proof:
    def saying(answer: ArrayLike) -> Array:
        return np.asarray(answer, float)

    return Proof(ROWS, lambda _: saying(ours), lambda _: saying(theirs), tolerance)


@pytest.mark.parametrize(
    ("ours", "theirs", "apart"),
    [
        ([1, 2, 3], [1, 2, 3], 0.0),
        ([1, 2, 3], [1, 2, 3.001], 0.001),
        ([1, np.inf, np.nan], [1, np.inf, np.nan], 0.0),
        ([], [], 0.0),
    ],
)
def test_what_predicts_alike_is_proven(ours: ArrayLike, theirs: ArrayLike, apart: float) -> None:
    found = proof(ours, theirs, Tolerance(0.0, 0.01)).furthest()
    assert found == pytest.approx(apart)


@pytest.mark.parametrize(
    ("ours", "theirs", "words"),
    [
        ([1, 2, 3], [1, 2, 4], "up to 1 apart"),
        ([1, 2, np.inf], [1, 2, -np.inf], "predicts otherwise"),
        ([1, 2, 3], [1, 2, np.nan], "predicts otherwise"),
        ([1, 2, 3], [[1, 2, 3]], r"answers \(1, 3\) where the model \(3,\)"),
    ],
)
def test_what_predicts_otherwise_is_refused(ours: ArrayLike, theirs: ArrayLike, words: str) -> None:
    with pytest.raises(ExportRefused, match=words):
        proof(ours, theirs).furthest()
