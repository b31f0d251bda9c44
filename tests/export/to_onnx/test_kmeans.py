"""K-Means leaves as ONNX."""

from __future__ import annotations

import numpy as np
import pytest
from slipway_export.model import ExportRefused, Model
from slipway_export.to_onnx import ONNX

from tests.export.to_onnx.conftest import load, run
from tests.local.images.conftest import MXNetFiles

CENTRES = np.float32([[0, 0], [10, 0], [0, 10]])


def test_nearest_centre_and_distance() -> None:
    export = ONNX["kmeans"](load({"model_algo-1": MXNetFiles.arrays([CENTRES])}))
    answer = run(export.files["model.onnx"], [[3, 4], [9, 0], [5, 0]])
    assert answer["closest_cluster"].tolist() == [0, 1, 0]  # between two, the first
    assert answer["distance_to_cluster"].tolist() == [5.0, 1.0, 5.0]
    assert export.proof is not None
    assert export.proof.furthest() < 1e-6


def test_far_from_the_origin_it_stays_exact() -> None:
    export = ONNX["kmeans"](load({"model_algo-1": MXNetFiles.arrays([CENTRES + 10000])}))
    answer = run(export.files["model.onnx"], [[10003, 10004]])
    assert answer["distance_to_cluster"].tolist() == [5.0]


def test_the_proof_sees_a_wrong_file() -> None:
    right = ONNX["kmeans"](load({"model_algo-1": MXNetFiles.arrays([CENTRES])})).proof
    wrong = ONNX["kmeans"](load({"model_algo-1": MXNetFiles.arrays([CENTRES[::-1]])})).proof
    assert right is not None
    assert wrong is not None
    mixed = type(right)(right.inputs, right.original, wrong.exported, right.tolerance)
    with pytest.raises(ExportRefused, match="predicts otherwise"):
        mixed.furthest()


def test_what_is_no_kmeans() -> None:
    model = load({"model_algo-1": MXNetFiles.arrays([CENTRES])})
    for arrays in ([CENTRES, CENTRES], [CENTRES[0]], [CENTRES[:0]]):
        with pytest.raises(ExportRefused, match="no K-Means"):
            ONNX["kmeans"](Model(model.inspection, {"model_algo-1": MXNetFiles.arrays(arrays)}))
