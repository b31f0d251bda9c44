"""Several outputs in one proof."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from slipway_export.model import ExportRefused
from slipway_export.to_onnx.proofs import prove

ROWS = np.zeros((3, 2), np.float32)
GOOD = {
    "label": np.array([0, 1, 70_000]),
    "word": np.array(["a", "b", "b"]),
    "score": np.float32([[1e6, -3], [0, 0], [5, 5]]),
    "small": np.float32([1e-6, 2e-6, 0]),
}


def furthest(**changed: Any) -> float:  # noqa: ANN401 - arrays
    return prove(ROWS, GOOD, lambda _: {**GOOD, **changed}).furthest()


def test_equal_outputs() -> None:
    assert furthest() == 0.0
    assert furthest(word=np.array(["a", "b", "b"], object)) == 0.0


def test_each_output_has_its_own_measure() -> None:
    assert furthest(score=GOOD["score"] + np.float32(1)) == pytest.approx(1e-6)
    with pytest.raises(ExportRefused, match="predicts otherwise"):
        furthest(small=GOOD["small"] + np.float32(1e-7))


@pytest.mark.parametrize(
    "changed",
    [
        {"label": np.array([0, 1, 70_001])},
        {"word": np.array(["a", "b", "a"])},
        {"word": np.array(["a", "b", "c"])},
        {"score": GOOD["score"] + np.float32(30)},
        {"small": np.float32([1e-6, 2e-6, 1])},
        {"small": np.float32([1e-6, np.nan, 0])},
    ],
)
def test_what_differs_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ExportRefused, match="predicts otherwise"):
        furthest(**changed)


def test_another_shape_is_refused() -> None:
    with pytest.raises(ExportRefused, match="the export answers"):
        furthest(score=np.zeros((3, 3)))
