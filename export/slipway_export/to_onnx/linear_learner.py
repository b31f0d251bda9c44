"""Linear Learner as ONNX: scores, and labels where it classifies."""

import io
import json
import zipfile
from typing import Any, Final

import numpy as np

from slipway_export.model import Array, Export, ExportRefused, Model
from slipway_export.ndarrays import read_arrays
from slipway_export.networks.symbols import read_graph
from slipway_export.to_onnx.graphs import GraphWriter
from slipway_export.to_onnx.proofs import Outputs, noise, prove
from slipway_export.to_onnx.runtime import opened
from slipway_export.to_onnx.symbol_writer import Network

_REGRESSOR, _BINARY, _MULTICLASS = "regressor", "binary_classifier", "multiclass_classifier"
_ROWS: Final = 64


def convert(model: Model) -> Export:
    """`data` (rows, features) to `score` and, of a classifier, `predicted_label`.

    One score a row, or one for each of several classes. A binary label is 1 from the model's own
    threshold on.
    """
    network, predictor, threshold = _read(model.content)
    (place,) = network.graph.served()
    rows = _likely(network)
    values, writer = network.evaluate(rows), GraphWriter()
    scores = network.write(writer, values)[place]
    if predictor != _MULTICLASS:
        scores = writer.add("Gather", scores, writer.constant(-1, "last", np.int64), axis=1)
    writer.output(scores, "score", values[place].shape[1:] if predictor == _MULTICLASS else ())
    if predictor == _BINARY:
        below = writer.add("Less", scores, writer.constant(threshold, "threshold"))
        label = writer.add("Cast", writer.add("Not", below), to=7)
        writer.output(label, "predicted_label", (), np.int64)
    if predictor == _MULTICLASS:
        label = writer.add("ArgMax", scores, axis=1, keepdims=0)
        writer.output(label, "predicted_label", (), np.int64)
    content = writer.written(model)
    expected = _labelled(values[place], predictor, threshold)
    return Export({"model.onnx": content}, prove(rows, expected, opened(content)))


def _labelled(scores: Array, predictor: str, threshold: float) -> Outputs:
    if predictor == _MULTICLASS:
        return {"score": scores, "predicted_label": scores.argmax(axis=1)}
    last = scores[:, -1]
    if predictor == _BINARY:
        return {"score": last, "predicted_label": (last >= np.float32(threshold)).astype(np.int64)}
    return {"score": last}


def _read(content: bytes) -> tuple[Network, str, float]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parameters: Any = json.loads(archive.read("additional-params.json"))
            weights = read_arrays(archive.read("mx-mod-0000.params"))
            graph = read_graph(archive.read("mx-mod-symbol.json"))
        predictor = str(parameters.get("predictor_type", _REGRESSOR))
        given = parameters.get("threshold")
        threshold = 0.5 if given is None else float(given)
        features = int(weights["fc0_weight"].shape[0])
    except (
        AttributeError,
        IndexError,
        KeyError,
        TypeError,
        ValueError,
        zipfile.BadZipFile,
    ) as error:
        raise ExportRefused(f"it is no Linear Learner: {error!r}") from error
    if predictor not in (_REGRESSOR, _BINARY, _MULTICLASS):
        raise ExportRefused(f"its predictor_type is {predictor!r}")
    return Network(graph, weights, (features,)), predictor, threshold


def _likely(network: Network) -> Array:
    """Rows whose scores spread over a few units, so that no probability is all but 0 or 1."""
    steepness = np.linalg.norm(network.weights["fc0_weight"], axis=0).max()
    return noise(_ROWS, *network.sides) * np.float32(2 / (steepness or 1))
