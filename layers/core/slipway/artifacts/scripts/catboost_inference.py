"""Serves a CatBoost model in the SageMaker scikit-learn container, which installs CatBoost.

Requests and answers are those of the scikit-learn script beside this one: a classifier answers
classes, with SLIPWAY_PREDICT=predict_proba their probabilities.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import catboost  # type: ignore[import-not-found,import-untyped,unused-ignore] # in the container
import joblib  # type: ignore[import-not-found,import-untyped,unused-ignore] # in the container
from sklearn_inference import checked, transform_fn  # type: ignore[import-not-found,unused-ignore]

__all__ = ["model_fn", "transform_fn"]


def model_fn(model_dir: str) -> Any:  # noqa: ANN401 - CatBoost's own
    """The model in the file that SLIPWAY_MODEL_FILE names."""
    path = Path(model_dir) / os.environ["SLIPWAY_MODEL_FILE"]
    with path.open("rb") as file:
        start = file.read(1)
    formats = {b"C": "cbm", b"{": "json"}
    return checked(Named(loaded(path, formats[start]) if start in formats else joblib.load(path)))


def loaded(path: Path, written: str) -> Any:  # noqa: ANN401 - CatBoost's own
    """A saved model, as the classifier or the regressor that it was."""
    model = catboost.CatBoostClassifier().load_model(path, format=written)
    if len(model.classes_):
        return model
    return catboost.CatBoost().load_model(path, format=written)


class Named:
    """A model that says what it takes in scikit-learn's words."""

    def __init__(self, model: Any) -> None:  # noqa: ANN401 - CatBoost's own
        self.model = model
        names = model.feature_names_
        self.n_features_in_ = len(names)
        self.words = {*model.get_cat_feature_indices(), *model.get_text_feature_indices()}
        if names != [str(number) for number in range(len(names))]:
            self.feature_names_in_ = names
        elif self.words:
            self.feature_names_in_ = [f"column {number}" for number in range(1, len(names) + 1)]
        if hasattr(model, "predict_proba"):
            self.predict_proba = lambda rows: self.model.predict_proba(self.worded(rows))

    def predict(self, rows: Any) -> Any:  # noqa: ANN401 - a matrix or a DataFrame
        """What the model predicts, one value a row where there is one."""
        said = self.model.predict(self.worded(rows))
        return said.ravel() if said.ndim > 1 and said.shape[1] == 1 else said

    def worded(self, rows: Any) -> Any:  # noqa: ANN401 - a matrix or a DataFrame
        """The rows with categories as the words that CatBoost takes them for."""
        for at in self.words:
            rows[rows.columns[at]] = [word(cell) for cell in rows.iloc[:, at]]
        return rows


def word(cell: Any) -> str:  # noqa: ANN401 - of a DataFrame
    """A category as text: whole numbers stay whole, though a gap in the column made them floats."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None or cell != cell else str(cell)
