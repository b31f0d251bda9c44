"""SageMaker's Linear Learner: regression, binary and multiclass classification.

`model_algo-1` is a zip of an MXNet module (`mx-mod-symbol.json`, `mx-mod-0000.params`) and of
`additional-params.json`; the normalisation of the training data is folded into the weights.
"""

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..networks.ndarrays import read_arrays
from ..networks.network import Network
from ..networks.symbols import read_graph
from ..settings import Settings
from .replies import Prediction
from .requests import Matrix
from .server import BuiltInAlgorithm

_REGRESSOR, _BINARY, _MULTICLASS = "regressor", "binary_classifier", "multiclass_classifier"


@dataclass(frozen=True, slots=True)
class LinearLearner:
    """A linear model; `threshold` is the score from which a binary label is 1."""

    network: Network
    features: int
    predictor: str
    threshold: float

    def predict(self, matrix: Matrix) -> list[Prediction]:
        """Score, and label where it classifies."""
        scores = self.network.evaluate(matrix)
        if self.predictor == _MULTICLASS:
            labels = scores.argmax(axis=1).tolist()
            return [_labelled(*each) for each in zip(scores.tolist(), labels, strict=True)]
        column = scores[:, -1]
        if self.predictor == _BINARY:
            labels = (column >= np.float32(self.threshold)).astype(int).tolist()
            return [_labelled(*each) for each in zip(column.tolist(), labels, strict=True)]
        return [{"score": score} for score in column.tolist()]


def _labelled(score: float | list[float], label: int) -> Prediction:
    return {"score": score, "predicted_label": label}


def read_model(path: Path) -> LinearLearner:
    """The model in a file; KeyError or ValueError where it is none."""
    try:
        with zipfile.ZipFile(path) as archive:
            parameters = json.loads(archive.read("additional-params.json"))
            weights = read_arrays(archive.read("mx-mod-0000.params"))
            graph = read_graph(archive.read("mx-mod-symbol.json"))
    except zipfile.BadZipFile as error:
        raise ValueError(f"it is no zip: {error}") from error
    predictor = str(parameters.get("predictor_type", _REGRESSOR))
    if predictor not in (_REGRESSOR, _BINARY, _MULTICLASS):
        raise ValueError(f"its predictor_type is {predictor!r}")
    threshold = parameters.get("threshold")
    return LinearLearner(
        Network(graph, weights, graph.heads[0][0]),
        _features(weights),
        predictor,
        0.5 if threshold is None else float(threshold),
    )


def _features(weights: dict[str, NDArray[np.float32]]) -> int:
    return int(weights["fc0_weight"].shape[0])


def application(settings: Settings) -> BuiltInAlgorithm:
    """The server of this image."""
    return BuiltInAlgorithm(settings, read_model)
