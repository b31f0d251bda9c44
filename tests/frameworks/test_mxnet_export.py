"""What leaves as ONNX against MXNet 1.9.1, on files that MXNet has written."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from slipway_export.ndarrays import read_arrays
from slipway_export.networks.symbols import read_graph
from slipway_export.to_onnx import ONNX
from slipway_export.to_onnx.graphs import GraphWriter
from slipway_export.to_onnx.runtime import opened
from slipway_export.to_onnx.symbol_writer import Network

from tests.export.to_onnx.conftest import load, run
from tests.frameworks.test_mxnet_images import LAYERS, RESNET, SSD
from tests.frameworks.test_mxnet_linear import ARRAYS, MODULES, packed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slipway_export.model import Export


def proven(kind: str, files: dict[str, bytes]) -> tuple[Export, float]:
    model = load(files)
    assert model.inspection.kind == kind
    export = ONNX[kind](model)
    assert export.proof is not None
    return export, export.proof.furthest()


def relative(found: Any, expected: Any) -> float:  # noqa: ANN401
    assert found.shape == expected.shape
    return float(np.abs(found - expected).max() / max(np.abs(expected).max(), 1.0))


def test_layers(mxnet: Callable[[str], Path], figures: Callable[..., None]) -> None:
    folder, errors = mxnet(LAYERS), {}
    for path in sorted(folder.glob("layer*.npz")):
        graph = read_graph((folder / f"{path.stem}-symbol.json").read_bytes())
        weights = read_arrays((folder / f"{path.stem}-0000.params").read_bytes())
        expected = np.load(path)
        data, answer = expected["data"], expected["answer"]
        network = Network(graph, weights, data.shape[1:])
        values, writer = network.evaluate(data), GraphWriter()
        (place,) = network.graph.served()
        # one of the layers turns the rows into columns
        writer.output(network.write(writer, values)[place], "it", (None,) * (answer.ndim - 1))
        found = opened(writer.written(load({"model.onnx": b"none"})))(data)["it"]
        errors[path.stem] = max(relative(found, answer), relative(values[place], answer))
    figures(**{"layers, largest relative difference": max(errors.values())})
    assert len(errors) == 21
    assert max(errors.values()) <= 3e-6, errors


def test_image_classification(mxnet: Callable[[str], Path], figures: Callable[..., None]) -> None:
    folder = mxnet(RESNET)
    for name, output in (("small", "softmax"), ("resnet50", "softmax_logits")):
        expected = np.load(folder / f"{name}.npz")
        shapes = [{"shape": expected["data"].shape, "name": "data"}]
        files = {
            "image-classification-symbol.json": (folder / f"{name}-symbol.json").read_bytes(),
            "image-classification-0000.params": (folder / f"{name}-0000.params").read_bytes(),
            "model-shapes.json": json.dumps(shapes).encode(),
        }
        began = time.perf_counter()
        export, apart = proven("image-classification", files)
        seconds = time.perf_counter() - began
        found = run(export.files["model.onnx"], expected["data"])[output]
        error = relative(found, expected["answer"])
        figures(**{f"{name}, error": error, "numpy": apart, "seconds with proof": seconds})
        assert error <= 1e-5


@pytest.mark.parametrize("name", ["usual", "topk", "force"])
def test_object_detection(
    mxnet: Callable[[str], Path], figures: Callable[..., None], name: str
) -> None:
    folder = mxnet(SSD)
    expected = np.load(folder / f"{name}.npz")
    symbol = (folder / f"{name}-symbol.json").read_bytes()
    shapes = [{"shape": expected["data"].shape, "name": "data"}]
    files = {  # the first of two detections is for MXNet's own answer
        "model_algo_1-symbol.json": symbol.replace(b"_contrib_MultiBoxDetection", b"Other", 1),
        "model_algo_1-0000.params": (folder / f"{name}-0000.params").read_bytes(),
        "model-shapes.json": json.dumps(shapes).encode(),
    }
    export, apart = proven("object-detection", files)
    found = run(export.files["model.onnx"], expected["data"])["detections"]
    answer = expected["answer"]
    kept = answer[..., 0] >= 0
    assert (kept == (found[..., 0] >= 0)).all()
    error = float(np.abs(found[kept] - answer[kept]).max())
    figures(**{f"ssd {name}, error": error, "boxes": int(kept.sum()), "numpy": apart})
    assert kept.sum() > 5
    assert error <= 1e-5


def test_linear_learner(mxnet: Callable[[str], Path], figures: Callable[..., None]) -> None:
    folder = mxnet(MODULES)
    rows = np.load(folder / "rows.npy")
    kinds = {
        "Linear": "regressor",
        "Logistic": "binary_classifier",
        "Softmax": "multiclass_classifier",
    }
    for output, predictor in kinds.items():
        model = {"model_algo-1": packed(folder, output, predictor)}
        export, _ = proven("linear-learner", model)
        found = run(export.files["model.onnx"], rows)["score"]
        answer = np.load(folder / f"{output}.npy")
        error = relative(found.reshape(answer.shape), answer)
        figures(**{f"{predictor}, error": error})
        assert error <= 2e-6


def test_pca_and_kmeans(mxnet: Callable[[str], Path], figures: Callable[..., None]) -> None:
    folder = mxnet(ARRAYS)
    expected = np.load(folder / "answers.npz")
    answers = {}
    for kind in ("pca", "kmeans"):
        export, _ = proven(kind, {"model_algo-1": (folder / kind).read_bytes()})
        answers |= run(export.files["model.onnx"], expected["rows"])
    distances = expected["distances"]
    assert answers["closest_cluster"].tolist() == distances.argmin(axis=1).tolist()
    projection = relative(answers["projection"], expected["projections"])
    distance = relative(answers["distance_to_cluster"], distances.min(axis=1))
    figures(pca=projection, kmeans=distance)
    assert max(projection, distance) <= 2e-6
