"""Trained boosters in a model folder, and what they predict, as the built-in algorithm does.

Every file at the top of the folder is a model; several are an ensemble. A file is tried as a
pickle and then as a saved booster, with whatever XGBoost the image holds, traps included.
"""

import inspect
import json
import os
import pickle  # see _unpickled # nosec B403
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xgboost  # type: ignore[import-not-found]  # the image has it
from numpy.typing import NDArray
from scipy import stats  # type: ignore[import-untyped]  # the image has it

from .data import LIBSVM, Matrix

_VOTING = ("multi:softmax", "binary:hinge")


@dataclass(frozen=True, slots=True)
class Model:
    """One booster; `pickled` ones check how many features a request has."""

    booster: Any
    pickled: bool


def load_models(folder: Path, *, ensemble: bool) -> list[Model]:
    """All models of the folder, or its first."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    models = [_load(path) for path in files if not path.name.startswith(".")]
    if not models:
        raise RuntimeError(f"there is no model file at the top of {os.fspath(folder)}")
    return models if ensemble else models[:1]


def _load(path: Path) -> Model:
    model = _unpickled(path)
    model.booster.set_param("nthread", 1)
    return model


def _unpickled(path: Path) -> Model:
    try:
        # As AWS's container does, and confined like it.
        return Model(pickle.loads(path.read_bytes()), pickled=True)  # noqa: S301 # nosec B301
    except Exception as pickle_error:  # noqa: BLE001 - any bytes may come
        try:
            return Model(_saved(path), pickled=False)
        except Exception as error:
            raise RuntimeError(
                f"Model {path.name} cannot be loaded:\nPickle load error={pickle_error}"
                f"\nXGB load model error={error}"
            ) from error


def _saved(path: Path) -> Any:  # noqa: ANN401 - xgboost ships no types before 2.1
    booster = xgboost.Booster()
    booster.load_model(os.fspath(path))
    return booster


def task_of(models: list[Model]) -> tuple[str, int]:
    """The first booster's objective, as `binary:logistic`, and its number of classes."""
    if not hasattr(models[0].booster, "save_config"):
        return "", 0  # XGBoost before 1.0 does not tell
    learner = json.loads(models[0].booster.save_config())["learner"]
    return learner["objective"]["name"], int(learner["learner_model_param"].get("num_class", 0))


def predict(models: list[Model], objective: str, matrix: Matrix, kind: str) -> NDArray[Any]:
    """One prediction a row: of the one model, or the ensemble's vote or mean."""
    if models[0].pickled:
        check_width(width_of(models[0].booster), matrix.num_col(), kind)
    predictions = [_predict(model.booster, matrix) for model in models]
    if len(predictions) == 1:
        return predictions[0]
    if objective in _VOTING:
        return np.asarray(stats.mode(predictions, keepdims=True).mode[0])
    return np.asarray(np.mean(predictions, axis=0))


def width_of(booster: Any) -> int:  # noqa: ANN401 - xgboost ships no types before 2.1
    """How many features it was trained on; before 1.3 that is as many as it has names."""
    counted = hasattr(booster, "num_features")
    return int(booster.num_features() if counted else len(booster.feature_names))


def check_width(trained: int, sent: int, kind: str) -> None:
    """ValueError where the features sent cannot be those the model was trained on.

    One too few is let through, as AWS's container does; XGBoost takes it as missing.
    """
    if kind == LIBSVM and sent > trained + 1:
        raise ValueError(
            f"Feature size of libsvm inference data {sent} is larger than "
            f"feature size of trained model {trained}."
        )
    if kind != LIBSVM and sent not in (trained, trained - 1):
        raise ValueError(
            f"Feature size of {kind} inference data {sent} is not consistent "
            f"with feature size of trained model {trained}."
        )


def _predict(booster: Any, matrix: Matrix) -> NDArray[Any]:  # noqa: ANN401
    options: dict[str, Any] = {"validate_features": False}
    if "ntree_limit" in inspect.signature(booster.predict).parameters:
        options["ntree_limit"] = int(getattr(booster, "best_ntree_limit", 0) or 0)
    return np.asarray(booster.predict(matrix, **options))
