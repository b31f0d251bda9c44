"""Linear Learner leaves as ONNX."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from slipway_export.model import ExportRefused, Model
from slipway_export.to_onnx import ONNX

from tests.export.to_onnx.conftest import load, run
from tests.local.images.conftest import MXNetFiles

if TYPE_CHECKING:
    from slipway_export.model import Export


def converted(content: bytes) -> Export:
    model = load({"model_algo-1": content})
    assert model.inspection.kind == "linear-learner"
    export = ONNX["linear-learner"](model)
    assert export.proof is not None
    assert export.proof.furthest() < 1e-6
    return export


def test_regression() -> None:
    content = MXNetFiles.linear_learner([[1], [2]], [0.5], predictor_type="regressor")
    answer = run(converted(content).files["model.onnx"], [[1, 2], [3, 4]])
    assert {name: values.tolist() for name, values in answer.items()} == {"score": [5.5, 11.5]}


@pytest.mark.parametrize(
    ("threshold", "labels"), [(0.5, [0, 1, 1]), (0.25, [1, 1, 1]), (None, [0, 1, 1])]
)
def test_binary_labels_follow_the_threshold(threshold: float | None, labels: list[int]) -> None:
    content = MXNetFiles.linear_learner(
        [[1], [-1]],
        [0],
        "LogisticRegressionOutput",
        predictor_type="binary_classifier",
        threshold=threshold,
    )
    rows = [[0, 0.5], [2, 2], [5, 1]]  # the second stands on 0.5 exactly
    answer = run(converted(content).files["model.onnx"], rows)
    assert answer["score"] == pytest.approx([0.3775407, 0.5, 0.9820138])
    assert answer["predicted_label"].tolist() == labels


def test_classes() -> None:
    content = MXNetFiles.linear_learner(
        [[1, 0, 2]], [0, 0, 0], "SoftmaxOutput", predictor_type="multiclass_classifier"
    )
    answer = run(converted(content).files["model.onnx"], [[1], [-1]])
    assert answer["predicted_label"].tolist() == [2, 1]
    assert answer["score"][0] == pytest.approx([0.244728, 0.090031, 0.665241], abs=1e-6)


def test_the_proof_sees_a_wrong_file() -> None:
    weights = np.random.default_rng(0).normal(size=(9, 1))
    proofs = [
        converted(MXNetFiles.linear_learner(each, [0], predictor_type="regressor")).proof
        for each in (weights, weights * 1.001)
    ]
    right, wrong = proofs
    assert right is not None
    assert wrong is not None
    mixed = type(right)(right.inputs, right.original, wrong.exported, right.tolerance)
    with pytest.raises(ExportRefused, match="predicts otherwise"):
        mixed.furthest()


def test_other_files_are_refused() -> None:
    good = MXNetFiles.linear_learner([[1]], [0], predictor_type="regressor")
    model = load({"model_algo-1": good})
    unknown = MXNetFiles.linear_learner([[1]], [0], predictor_type="ranker")
    for content, said in [(b"text", "no Linear Learner"), (unknown, "predictor_type is 'ranker'")]:
        with pytest.raises(ExportRefused, match=said):
            ONNX["linear-learner"](Model(model.inspection, {"model_algo-1": content}))
