"""Serves a LightGBM model in the SageMaker scikit-learn container, which installs LightGBM.

Requests and answers are those of the scikit-learn script beside this one. A Booster answers what
its objective says (a probability, where that is `binary`), a pickled estimator what it predicts;
words are the categories that the Booster was trained with.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import joblib  # type: ignore[import-not-found,import-untyped,unused-ignore] # in the container
import lightgbm  # type: ignore[import-not-found,import-untyped,unused-ignore] # in the container
from sklearn_inference import checked, transform_fn  # type: ignore[import-not-found,unused-ignore]

__all__ = ["model_fn", "transform_fn"]


def model_fn(model_dir: str) -> Any:  # noqa: ANN401 - a Booster or an estimator
    """The model in the file that SLIPWAY_MODEL_FILE names."""
    path = Path(model_dir) / os.environ["SLIPWAY_MODEL_FILE"]
    with path.open("rb") as file:
        text = file.read(4) == b"tree"
    model = lightgbm.Booster(model_file=path) if text else joblib.load(path)
    return checked(Named(model) if isinstance(model, lightgbm.Booster) else model)


class Named:
    """A Booster that says what it takes in scikit-learn's words."""

    def __init__(self, booster: Any) -> None:  # noqa: ANN401 - LightGBM's own
        self.booster = booster
        self.n_features_in_ = booster.num_feature()
        names = booster.feature_name()
        if names != [f"Column_{number}" for number in range(len(names))]:
            self.feature_names_in_ = names

    def predict(self, rows: Any) -> Any:  # noqa: ANN401 - a matrix or a DataFrame
        """What the Booster predicts."""
        if hasattr(rows, "select_dtypes"):
            words = rows.select_dtypes(exclude=["number", "bool"]).columns
            rows = rows.astype(dict.fromkeys(words, "category"))
        return self.booster.predict(rows)
