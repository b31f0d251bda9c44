"""SageMaker's Factorization Machines: regression and binary classification.

`model_algo-1` is a zip of `symbol.json`, `params` and `meta.json`, the hyperparameters under its
`training_parameters`. How the arrays are named and lie is told by "Extending Amazon SageMaker
Factorization Machines Algorithm to Predict Top X Recommendations" (AWS's machine-learning blog):
`v` (features, factors), `w1_weight` (features, 1) and `w0_weight` (1,). Models of its dense kind
have `v` (factors, features), `Linear_Plus_Bias_weight` (1, features), `Linear_Plus_Bias_bias` (1,).

    score = w0 + x . w1 + 1/2 sum over factors of ((x . v)^2 - x^2 . v^2)     (Rendle, 2010)
"""

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..messages import JSON
from ..networks.ndarrays import read_arrays
from ..networks.operators import Array, logistic
from ..networks.symbols import read_graph
from ..settings import Settings
from .replies import Prediction
from .requests import JSON_LINES, RECORDIO, Matrix
from .server import BuiltInAlgorithm

_REGRESSOR, _BINARY = "regressor", "binary_classifier"
_OUTPUTS = {"LinearRegressionOutput": _REGRESSOR, "LogisticRegressionOutput": _BINARY}
_THRESHOLD = 0.5  # "accuracy (at threshold = 0.5)" in the developer guide


@dataclass(frozen=True, slots=True)
class FactorizationMachine:
    """`linear` of shape (features,), `factors` of shape (features, factors)."""

    bias: float
    linear: Array
    factors: Array
    predictor: str

    @property
    def features(self) -> int:
        """How many features a row has."""
        return len(self.linear)

    def predict(self, matrix: Matrix) -> list[Prediction]:
        """Score, and label where it classifies."""
        products = (matrix @ self.factors) ** 2 - matrix**2 @ self.factors**2
        scores = self.bias + matrix @ self.linear + products.sum(axis=1) / 2
        if self.predictor == _REGRESSOR:
            return [{"score": score} for score in scores.tolist()]
        scores = logistic(scores)
        labels = (scores >= _THRESHOLD).astype(float).tolist()
        pairs = zip(scores.tolist(), labels, strict=True)
        return [{"score": score, "predicted_label": label} for score, label in pairs]


def read_model(path: Path) -> FactorizationMachine:
    """The model in a file; KeyError or ValueError where it is none."""
    try:
        with zipfile.ZipFile(path) as archive:
            weights = read_arrays(archive.read("params"))
            predictor = _predictor(archive)
    except zipfile.BadZipFile as error:
        raise ValueError(f"it is no zip: {error}") from error
    bias, linear, factors = _arrays(weights)
    if linear.shape != factors.shape[:1] or bias.size != 1:
        shapes = {name: array.shape for name, array in weights.items()}
        raise ValueError(f"it is no factorization machine: its arrays are {shapes}")
    return FactorizationMachine(float(bias.reshape(-1)[0]), linear, factors, predictor)


def _arrays(weights: Mapping[str, Array]) -> tuple[Array, Array, Array]:
    """Bias, linear weights and factors, of a sparse model or a dense one."""
    if "w1_weight" in weights:
        return weights["w0_weight"], weights["w1_weight"].reshape(-1), weights["v"]
    linear = weights["Linear_Plus_Bias_weight"].reshape(-1)
    return weights["Linear_Plus_Bias_bias"], linear, weights["v"].T


def _predictor(archive: zipfile.ZipFile) -> str:
    """What meta.json says was trained, or else what its network ends with."""
    if "meta.json" in archive.namelist():
        meta = json.loads(archive.read("meta.json"))
        told = meta.get("training_parameters", {}).get("predictor_type")
        if told in (_REGRESSOR, _BINARY):
            return str(told)
    operators = {node.operator for node in read_graph(archive.read("symbol.json")).nodes}
    kinds = [kind for operator, kind in _OUTPUTS.items() if operator in operators]
    if len(kinds) != 1:
        raise ValueError("neither meta.json nor symbol.json says whether it classifies")
    return kinds[0]


def application(settings: Settings) -> BuiltInAlgorithm:
    """The server of this image: it reads no CSV, which is no format for sparse rows."""
    return BuiltInAlgorithm(settings, read_model, accepts=(JSON, JSON_LINES, RECORDIO))
