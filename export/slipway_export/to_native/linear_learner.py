"""Linear Learner as arrays and a card. The original is its own network, computed with numpy."""

import json
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from slipway_export.model import Array, Export, ExportRefused, Model
from slipway_export.ndarrays import read_arrays
from slipway_export.networks.evaluator import evaluate
from slipway_export.networks.symbols import Graph, read_graph
from slipway_export.to_native import npz_cards
from slipway_export.to_native.proofs import noise, prove
from slipway_export.zipped import read_zip

SCORES: Final = {
    "LinearRegressionOutput": "rows @ weight + bias",
    "MAERegressionOutput": "rows @ weight + bias",
    "LogisticRegressionOutput": "1 / (1 + exp(-(rows @ weight + bias)))",
    "SoftmaxOutput": "exp(z) / sum(exp(z)) of each row, where z = rows @ weight + bias",
}
_LABELS: Final = {
    "binary_classifier": "; the label is 1 where the score is at least `threshold`, else 0",
    "multiclass_classifier": "; the label is the place of the largest score",
}
_ROWS: Final = 128


@dataclass(frozen=True, slots=True)
class Parts:
    """What is in a `model_algo-1` with a network."""

    parameters: dict[str, Any]
    weights: dict[str, Array]
    graph: Graph

    @property
    def output(self) -> str:
        """The operator that the scores come from."""
        return self.graph.nodes[self.graph.heads[0][0]].operator


def convert(model: Model) -> Export:
    """model.npz of `weight` (features, outputs) and `bias` (outputs), and card.json."""
    parts = read_parts(model.content)
    if parts.output not in SCORES or not {"fc0_weight", "fc0_bias"} <= parts.weights.keys():
        raise ExportRefused(f"its network ends in {parts.output}, which no Linear Learner writes")
    weight, bias = parts.weights["fc0_weight"], parts.weights["fc0_bias"].reshape(-1)
    if weight.ndim != 2 or weight.shape[1] != len(bias) or not weight.size:
        raise ExportRefused(f"weight and bias do not fit: {weight.shape} and {bias.shape}")
    predictor = str(parts.parameters.get("predictor_type", "regressor"))
    facts: dict[str, Any] = {
        "predictor_type": predictor,
        "features": len(weight),
        "outputs": len(bias),
    }
    if predictor == "binary_classifier":
        given = parts.parameters.get("threshold")
        facts["threshold"] = 0.5 if given is None else given
    if predictor == "multiclass_classifier":
        facts["classes"] = len(bias)
    files = npz_cards.written(
        model,
        {"weight": weight, "bias": bias},
        "Linear Learner",
        SCORES[parts.output] + _LABELS.get(predictor, ""),
        **facts,
        loss=parts.parameters.get("loss_type"),
    )
    read = npz_cards.read(files)
    (place,) = parts.graph.heads

    def original(rows: Array) -> Array:
        return evaluate(parts.graph, parts.weights, {"data": rows}, [place])[place]

    def exported(rows: Array) -> Array:
        return _scored(parts.output, read, rows)

    return Export(files, prove(_likely(weight), original, exported), "scores")


def read_parts(content: bytes) -> Parts:
    """The network, its arrays and its parameters."""
    try:
        entries = read_zip(content)
        parameters = json.loads(entries["additional-params.json"])
        weights = read_arrays(entries["mx-mod-0000.params"])
        graph = read_graph(entries["mx-mod-symbol.json"])
        return Parts(dict(parameters), weights, graph)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ExportRefused(f"its zip lacks a part of the model: {error!r}") from error


def _scored(output: str, arrays: npz_cards.Arrays, rows: Array) -> Array:
    """What the card says."""
    sums = rows @ arrays["weight"] + arrays["bias"]
    if output == "LogisticRegressionOutput":
        return np.asarray(1 / (1 + np.exp(-sums)))
    if output == "SoftmaxOutput":
        powers = np.exp(sums - sums.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))
    return np.asarray(sums)


def _likely(weight: Array) -> Array:
    """Rows whose scores spread over a few units, so that no probability is all but 0 or 1."""
    steepness = float(np.linalg.norm(weight, axis=0).max()) or 1.0
    return noise(_ROWS, len(weight)) * np.float32(2 / steepness)
