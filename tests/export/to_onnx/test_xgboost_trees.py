"""Boosters that five versions of XGBoost saved, as ONNX, against what those versions predicted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from slipway_export.model import ExportRefused
from slipway_export.to_native import xgboost_library
from slipway_export.to_onnx import ONNX

from tests.export.conftest import array, fixtures, model
from tests.export.to_onnx.conftest import run

if TYPE_CHECKING:
    from slipway_export.model import Export


SAVED = {
    version: fixtures(f"xgboost-{version}")
    for version in ("0.90", "1.2.1", "1.7.6", "3.0.5", "3.2.0")
}
FORMS = ("bin", "pkl", "json", "ubj")
CASES = [
    (version, stem, next(f"{stem}.{form}" for form in FORMS if f"{stem}.{form}" in files))
    for version, files in SAVED.items()
    for stem in sorted({name.partition(".")[0] for name in files} - {"rows", "categorical-rows"})
]


def converted(content: bytes) -> Export:
    export = ONNX["xgboost"](model({"xgboost-model": content}))
    assert export.proof is not None
    assert export.proof.furthest() < 1e-6
    return export


@pytest.mark.parametrize(("version", "stem", "name"), CASES)
def test_margins_are_those_of_the_version_that_trained_it(
    version: str, stem: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xgboost_library, "installed", str)  # of numpy alone, which is quick
    files = SAVED[version]
    export = converted(files[name])
    assert export.note.startswith("compared with numpy")
    rows = array(files["categorical-rows.npy" if stem == "categorical" else "rows.npy"])
    margin = run(export.files["model.onnx"], rows)["margin"]
    expected = array(files[f"{stem}.npy"]).reshape(len(rows), -1)
    np.testing.assert_allclose(margin, expected, rtol=1e-5, atol=2e-6)


def with_objective(objective: str) -> bytes:
    document = json.loads(
        SAVED["3.0.5"]["softprob.json" if "multi" in objective else "squared.json"]
    )
    document["learner"]["objective"]["name"] = objective
    document["learner"]["learner_model_param"]["base_score"] = "5E-1"
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("objective", "margins", "predictions"),
    [
        ("reg:squarederror", [[-1], [2]], [[-1], [2]]),
        ("binary:logistic", [[0], [np.log(3)]], [[0.5], [0.75]]),
        ("survival:cox", [[0], [1]], [[1], [np.e]]),
        ("binary:hinge", [[-0.5], [0.5]], [[0], [1]]),
        ("multi:softprob", [[0, 0, np.log(2)]], [[0.25, 0.25, 0.5]]),
        ("multi:softmax", [[0, 3, 1]], [[1]]),
    ],
)
def test_what_objectives_make_of_margins(
    objective: str,
    margins: list[list[float]],
    predictions: list[list[float]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(xgboost_library, "installed", str)
    export = converted(with_objective(objective))
    answer = run(export.files["model.onnx"], np.random.default_rng(0).normal(size=(50, 4)))
    assert answer["prediction"].shape == (50, np.shape(predictions)[1])
    assert as_xgboost_says(objective, answer["margin"]) == pytest.approx(
        answer["prediction"], rel=1e-4
    )
    assert as_xgboost_says(objective, np.array(margins)) == pytest.approx(np.array(predictions))


def as_xgboost_says(objective: str, margin: np.ndarray) -> np.ndarray:
    """src/objective/: PredTransform."""
    powers = np.exp(margin)
    return {
        "reg:squarederror": margin,
        "binary:logistic": powers / (1 + powers),
        "survival:cox": powers,
        "binary:hinge": np.float32(margin > 0),
        "multi:softprob": powers / powers.sum(axis=1, keepdims=True),
        "multi:softmax": np.float32(margin.argmax(axis=1))[:, None],
    }[objective]


def test_a_booster_without_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xgboost_library, "installed", str)
    document = json.loads(SAVED["3.0.5"]["squared.json"])
    forest = document["learner"]["gradient_booster"]["model"]
    forest.update(trees=[], tree_info=[])
    forest["gbtree_model_param"]["num_trees"] = "0"
    with pytest.raises(ExportRefused, match="no trees"):
        ONNX["xgboost"](model({"xgboost-model": json.dumps(document).encode()}))


def test_early_stopping_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xgboost_library, "installed", str)
    note = converted(SAVED["3.0.5"]["squared.json"]).note
    assert "all rounds count, also those after 3" in note
