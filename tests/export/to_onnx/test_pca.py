"""PCA leaves as ONNX."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from slipway_export.model import ExportRefused, Model
from slipway_export.to_onnx import ONNX

from tests.export.to_onnx.conftest import load, run
from tests.local.images.conftest import MXNetFiles

MEAN, COMPONENTS = np.float32([[1, 2, 3]]), np.float32([[0, 1], [1, 0], [2, 0]])


def packed(mean: object = MEAN, components: object = COMPONENTS) -> bytes:
    return MXNetFiles.arrays({"mean": mean, "v": components, "s": np.float32([1, 9])})


def test_the_projection_keeps_the_order_of_the_file() -> None:
    export = ONNX["pca"](load({"model_algo-1": packed()}))
    answer = run(export.files["model.onnx"], [[2, 4, 6], [1, 2, 3]])
    assert answer["projection"].tolist() == [[8.0, 1.0], [0.0, 0.0]]
    assert export.proof is not None
    assert export.proof.furthest() < 1e-6


def test_the_file_says_where_it_comes_from() -> None:
    model = load({"model_algo-1": packed()})
    written = onnx.load_model_from_string(ONNX["pca"](model).files["model.onnx"])
    assert {each.key: each.value for each in written.metadata_props} == {
        "source_kind": "pca",
        "source_sha256": model.inspection.sha256,
    }
    assert (written.producer_name, written.ir_version) == ("slipway", 7)
    assert [each.version for each in written.opset_import] == [13]


def test_arrays_that_do_not_fit() -> None:
    model = load({"model_algo-1": packed(np.float32([[1, 2]]))})
    with pytest.raises(ExportRefused, match=r"do not fit: \(1, 2\) and \(3, 2\)"):
        ONNX["pca"](model)
    other = MXNetFiles.arrays([np.float32([1])])
    with pytest.raises(ExportRefused, match=r"its arrays are \['0'\]"):
        ONNX["pca"](Model(model.inspection, {"model_algo-1": other}))
