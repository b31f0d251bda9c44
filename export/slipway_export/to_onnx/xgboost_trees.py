"""XGBoost as ONNX: its own JSON, which the native export gives, as sums of regression trees.

Written here and not by onnxmltools, which must load the model and, in 1.16, has no dart and no
linear boosters and adds up forests of several classes otherwise than XGBoost does.
"""

import tempfile
from pathlib import Path
from typing import Final

import numpy as np

from slipway_export import sandbox
from slipway_export.model import Array, Export, ExportRefused, Model
from slipway_export.to_native import xgboost as native
from slipway_export.to_native import xgboost_library as library
from slipway_export.to_native.xgboost_documents import Document
from slipway_export.to_native.xgboost_forest import Booster
from slipway_export.to_native.xgboost_margins import margins
from slipway_export.to_native.xgboost_reading import booster_of, read_document
from slipway_export.to_onnx.graphs import GraphWriter
from slipway_export.to_onnx.proofs import Outputs, prove
from slipway_export.to_onnx.runtime import opened
from slipway_export.to_onnx.tree_attributes import attributes_of

_LOGISTIC: Final = ("reg:logistic", "binary:logistic")
_EXPONENTIAL: Final = ("count:poisson", "reg:gamma", "reg:tweedie", "survival:aft", "survival:cox")
_ASKED: Final = """
import numpy, sys, xgboost
booster = xgboost.Booster({"nthread": 1})
booster.load_model(sys.argv[1])
rows = numpy.load("rows.npy", allow_pickle=False)
types = booster.feature_types
matrix = xgboost.DMatrix(rows, feature_types=types, enable_categorical=bool(types))
for name, margin in (("margin", True), ("prediction", False)):
    answer = booster.predict(matrix, output_margin=margin, validate_features=False)
    numpy.save(name + ".npy", answer, allow_pickle=False)
"""


def convert(model: Model) -> Export:
    """`data` (rows, features), NaN where a value is missing, to `prediction` and `margin`.

    A prediction is what XGBoost's `predict` gives, a margin what its objective has not yet
    transformed; of shape (rows, outputs), or (rows, 1) where there is one class or label a row.
    """
    made = native.convert(model)
    if made.proof is not None:
        made.proof.furthest()
    ((name, text),) = made.files.items()
    document = read_document(text)
    booster = booster_of(document)
    content = _written(booster, model)
    rows, version = native.telling_rows(booster), library.installed()
    expected = asked(name, text, rows) if version else _numpy(booster, rows)
    note = _note(document, version, made.note if made.proof is not None else "")
    return Export({"model.onnx": content}, prove(rows, expected, opened(content)), note)


def _note(document: Document, version: str, native_note: str) -> str:
    oracle = f"XGBoost {version} itself" if version else "numpy, for XGBoost is not installed"
    said = [f"compared with {oracle}"]
    if (best := document["learner"].get("attributes", {}).get("best_iteration")) is not None:
        said.append(f"all rounds count, also those after {best}, where training found its best")
    return "; ".join([*said, *([f"of its JSON: {native_note}"] if native_note else [])])


def _written(booster: Booster, model: Model) -> bytes:
    graph = GraphWriter()
    rows = graph.input("data", (booster.features,))
    margin = _margin(graph, booster, rows)
    prediction = _predicted(graph, booster, margin)
    outputs = 1 if booster.objective == "multi:softmax" else booster.outputs
    graph.output(prediction, "prediction", (outputs,))
    graph.output(margin, "margin", (booster.outputs,))
    return graph.written(model)


def _margin(graph: GraphWriter, booster: Booster, rows: str) -> str:
    start = graph.constant(booster.margins, "base_margin")
    if booster.linear is not None:
        missing = graph.add("IsNaN", rows)
        filled = graph.add("Where", missing, graph.constant(0, "nothing"), rows)
        weights = graph.constant(booster.linear[:-1], "weights")
        bias = graph.constant(booster.linear[-1], "bias")
        linear = graph.add("Add", graph.add("MatMul", filled, weights), bias)
        return graph.add("Add", linear, start)
    if booster.nodes is None:
        raise ExportRefused("it has no trees: it answers every row alike")
    trees = graph.trees(rows, booster.outputs, **attributes_of(booster, booster.nodes))
    return graph.add("Add", trees, start)


def _predicted(graph: GraphWriter, booster: Booster, margin: str) -> str:
    """What the objective makes of margins."""
    match booster.objective:
        case name if name in _LOGISTIC:
            return graph.add("Sigmoid", margin)
        case name if name in _EXPONENTIAL:
            return graph.add("Exp", margin)
        case "binary:hinge":
            return graph.add("Cast", graph.add("Greater", margin, graph.constant(0, "zero")), to=1)
        case "multi:softprob":
            return graph.add("Softmax", margin, axis=1)
        case "multi:softmax":
            return graph.add("Cast", graph.add("ArgMax", margin, axis=1, keepdims=1), to=1)
    return margin


def asked(name: str, document: bytes, rows: Array, python: Path | None = None) -> Outputs:
    """What XGBoost answers, which is given nothing but the JSON; `python` is one that has it."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / name).write_bytes(document)
        np.save(folder / "rows.npy", rows, allow_pickle=False)
        sandbox.run(_ASKED, folder, python=python, arguments=(name,))
        return {each: np.load(folder / f"{each}.npy") for each in ("margin", "prediction")}


def _numpy(booster: Booster, rows: Array) -> Outputs:
    margin = margins(booster, rows)
    powers = np.exp(margin - margin.max(axis=1, keepdims=True))
    found = {
        **dict.fromkeys(_LOGISTIC, 1 / (1 + np.exp(-margin))),
        **dict.fromkeys(_EXPONENTIAL, np.exp(margin)),
        "binary:hinge": (margin > 0).astype(np.float32),
        "multi:softprob": powers / powers.sum(axis=1, keepdims=True),
        "multi:softmax": margin.argmax(axis=1).astype(np.float32),
    }
    return {"margin": margin, "prediction": found.get(booster.objective, margin)}
