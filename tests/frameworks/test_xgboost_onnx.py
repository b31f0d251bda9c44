"""Boosters as ONNX, against what XGBoost itself predicts with the same model."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from slipway_export.to_native import xgboost
from slipway_export.to_onnx import ONNX
from slipway_export.to_onnx.xgboost_trees import asked
from slipway_local.images.environments import Environments
from slipway_local.images.installing import EnvironmentFailed

from tests.export.conftest import array, fixtures, model
from tests.export.to_onnx.conftest import run
from tests.frameworks.test_xgboost_export import PRESENT, VERSIONS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OBJECTIVES = ("binary:hinge", "survival:cox", "reg:gamma", "reg:logistic", "rank:ndcg")


@pytest.fixture(scope="session")
def python(images: Path) -> Path:
    """An interpreter that has XGBoost."""
    try:
        return Environments(images).provide(PRESENT).python
    except EnvironmentFailed as error:
        pytest.skip(f"XGBoost does not install here: {error}")


def apart(content: bytes, rows: np.ndarray, python: Path) -> float:
    """The largest difference of predictions and margins."""
    taken = model({"xgboost-model": content})
    ((name, document),) = xgboost.convert(taken).files.items()
    expected = asked(name, document, rows, python)
    found = run(ONNX["xgboost"](taken).files["model.onnx"], rows)
    assert found.keys() == expected.keys()
    return max(
        float(np.abs(found[each] - expected[each].reshape(found[each].shape)).max())
        for each in expected
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_predictions_are_those_of_xgboost(
    version: str, python: Path, figures: Callable[..., None]
) -> None:
    files = fixtures(f"xgboost-{version}")
    errors = {}
    for name in (name for name in files if name.endswith(".pkl")):
        categorical = name.startswith("categorical")
        rows = array(files["categorical-rows.npy" if categorical else "rows.npy"])
        errors[name] = apart(files[name], rows, python)
    figures(saved_by=version, models=len(errors), furthest=max(errors.values()))
    assert max(errors.values()) < 2e-6, errors


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_what_objectives_make_of_margins(objective: str, python: Path) -> None:
    files = fixtures("xgboost-3.2.0")
    document = json.loads(files["squared.json"])
    document["learner"]["objective"] = {"name": objective}
    document["learner"]["learner_model_param"]["base_score"] = "[5E-1]"
    assert apart(json.dumps(document).encode(), array(files["rows.npy"]), python) < 2e-6


def test_classes(python: Path) -> None:
    files = fixtures("xgboost-3.2.0")
    content = files["softprob.json"].replace(b"multi:softprob", b"multi:softmax")
    assert apart(content, array(files["rows.npy"]), python) < 2e-6
