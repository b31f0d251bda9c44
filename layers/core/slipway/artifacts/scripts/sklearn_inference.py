"""Loads a scikit-learn model for the SageMaker scikit-learn container.

The container's own defaults decode the request and encode the answer.
"""

import os
from pathlib import Path
from typing import Any

import joblib  # type: ignore[import-not-found,import-untyped,unused-ignore] # in the container


def model_fn(model_dir: str) -> Any:  # noqa: ANN401 - whatever estimator was trained
    """The estimator in the file that SLIPWAY_MODEL_FILE names, or the only one there is."""
    return joblib.load(model_file(Path(model_dir)))


def predict_fn(data: Any, model: Any) -> Any:  # noqa: ANN401 - arrays and estimators of any kind
    """The estimator's own predictions. A single row or column reaches the script as a flat array,
    and a single number as one without any dimension; estimators refuse both."""
    if getattr(data, "ndim", 2) < 2:
        data = data.reshape((-1, 1) if getattr(model, "n_features_in_", 0) == 1 else (1, -1))
    return model.predict(data)


def model_file(folder: Path) -> Path:
    """The file to load; FileNotFoundError where the folder does not tell."""
    if name := os.environ.get("SLIPWAY_MODEL_FILE"):
        return folder / name
    found = [
        path
        for path in sorted(folder.iterdir())
        if path.suffix in (".joblib", ".pkl", ".pickle", ".sav")
    ]
    if len(found) != 1:
        raise FileNotFoundError(
            f"{folder} holds {len(found)} model files ({', '.join(path.name for path in found)}); "
            "set SLIPWAY_MODEL_FILE to the name of the one to serve"
        )
    return found[0]
