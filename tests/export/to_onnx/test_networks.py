"""Whole networks: residual ones that classify, SSD ones that detect, and brought ones."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from slipway_export.model import ExportRefused
from slipway_export.to_onnx import ONNX
from slipway_local.images.slipway_container.networks.ndarrays import read_arrays
from slipway_local.images.slipway_container.networks.network import Network as Served
from slipway_local.images.slipway_container.networks.symbols import read_graph as read_served

from tests.export.to_onnx.conftest import load, run
from tests.local.images.conftest import MXNetFiles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slipway_export.model import Export, Model


NO_BIAS = {"no_bias": "True"}


class Builder:
    """A network node by node, with random weights."""

    def __init__(self) -> None:
        self.random = np.random.default_rng(5)
        self.nodes: list[tuple[str, str, tuple[str, ...], Mapping[str, str]]] = []
        self.weights: dict[str, Any] = {}
        self.variable("data")

    def variable(self, name: str, shape: tuple[int, ...] = (), *, aux: bool = False) -> str:
        self.nodes.append(("null", name, (), {}))
        if shape:
            spread = (2 / max(1, int(np.prod(shape[1:])))) ** 0.5
            positive = aux or "gamma" in name
            drawn = self.random.uniform(0.5, 2, shape) if positive else None
            values = self.random.normal(0, spread, shape) if drawn is None else drawn
            self.weights[("aux:" if aux else "arg:") + name] = np.float32(values)
        return name

    def add(self, operator: str, name: str, *inputs: str, **attributes: object) -> str:
        given = {key: str(value) for key, value in attributes.items()}
        self.nodes.append((operator, name, inputs, given))
        return name

    def conv(self, x: str, name: str, wide: int, deep: int, side: int, **options: object) -> str:
        weight = self.variable(f"{name}_weight", (wide, deep, side, side))
        bias = [] if options.get("no_bias") else [self.variable(f"{name}_bias", (wide,))]
        kernel = (side, side)
        return self.add("Convolution", name, x, weight, *bias, kernel=kernel, **options)

    def norm(self, x: str, name: str, wide: int, **options: object) -> str:
        inputs = [self.variable(f"{name}_{part}", (wide,)) for part in ("gamma", "beta")]
        inputs += [
            self.variable(f"{name}_moving_{each}", (wide,), aux=True) for each in ("mean", "var")
        ]
        return self.add("BatchNorm", name, x, *inputs, eps=2e-5, **options)

    def relu(self, x: str, name: str) -> str:
        return self.add("Activation", name, x, act_type="relu")

    def files(self, prefix: str, **documents: object) -> dict[str, bytes]:
        written = {f"{name.replace('_', '-')}.json": each for name, each in documents.items()}
        return {
            f"{prefix}-symbol.json": MXNetFiles.symbol(*self.nodes),
            f"{prefix}-0000.params": MXNetFiles.arrays({"arg:data": np.float32([9])}),
            f"{prefix}-0007.params": MXNetFiles.arrays(self.weights),
            **{name: json.dumps(document).encode() for name, document in written.items()},
        }


def residual() -> Builder:
    """A small residual network, with every operator that Image Classification writes."""
    net = Builder()
    x = net.norm(net.add("_copy", "id", "data"), "bn_data", 3, fix_gamma=True)
    x = net.conv(x, "conv0", 8, 3, 7, stride=(2, 2), pad=(3, 3), no_bias=True)
    x = net.relu(net.norm(x, "bn0", 8, fix_gamma=False), "relu0")
    pool = {"kernel": (3, 3), "stride": (2, 2), "pad": (1, 1), "pool_type": "max"}
    x = net.add("Pooling", "pool0", x, **pool)
    first = net.relu(net.norm(x, "bn1", 8, fix_gamma=False), "relu1")
    y = net.conv(first, "conv1", 16, 8, 3, stride=(2, 2), pad=(1, 1), no_bias=True)
    short = net.conv(first, "short", 16, 8, 1, stride=(2, 2), no_bias=True)
    x = net.add("elemwise_add", "plus0", y, short)
    x = net.add("Pooling", "pool1", x, global_pool=True, kernel=(7, 7), pool_type="avg")
    x = net.add("Flatten", "flatten0", x)
    dense = net.variable("fc1_weight", (5, 16)), net.variable("fc1_bias", (5,))
    x = net.add("FullyConnected", "fc1", x, *dense, num_hidden=5)
    net.add("SoftmaxOutput", "softmax", x, net.variable("softmax_label"))
    return net


def ssd(classes: int = 3, **options: object) -> Builder:
    """A small SSD network as Object Detection trains it, target and losses included."""
    net = Builder()
    x = net.relu(net.conv(net.add("_mul_scalar", "in", "data", scalar=0.01), "c1", 8, 3, 3), "r1")
    full = {"kernel": (2, 2), "stride": (2, 2), "pool_type": "max", "pooling_convention": "full"}
    x = net.add("Pooling", "pool", x, **full)
    y = net.relu(net.conv(x, "c2", 12, 8, 3, stride=(2, 2), pad=(1, 1)), "r2")
    parts: dict[str, list[str]] = {"cls": [], "loc": [], "anchor": []}
    sources = [(x, 8, "(0.2, 0.27)", "(1, 2, 0.5)"), (y, 12, "(0.5,)", "(1.0, 3.0)")]
    for number, (source, deep, sizes, ratios) in enumerate(sources):
        kinds = sizes.count("0.") + ratios.count(",")
        for part, wide in (("cls", kinds * (classes + 1)), ("loc", kinds * 4)):
            found = net.conv(source, f"{part}{number}", wide, deep, 3, pad=(1, 1))
            found = net.add("transpose", f"{found}_t", found, axes=(0, 2, 3, 1))
            parts[part].append(net.add("Flatten", f"{part}{number}_f", found))
        name = f"prior{number}"
        prior = net.add("_contrib_MultiBoxPrior", name, source, sizes=sizes, ratios=ratios)
        parts["anchor"].append(net.add("Flatten", f"{name}_f", prior))
    cls, loc, anchors = (net.add("Concat", each, *parts[each], dim=1) for each in parts)
    anchors = net.add("Reshape", "anchors", anchors, shape=(0, -1, 4))
    cls = net.add("Reshape", "cls_r", cls, shape=(0, -1, classes + 1))
    cls = net.add("transpose", "cls_t", cls, axes=(0, 2, 1))
    target = net.add("_contrib_MultiBoxTarget", "target", anchors, net.variable("label"), cls)
    prob = net.add("SoftmaxOutput", "cls_prob", cls, f"{target}:2", multi_output=True)
    options = {"threshold": 0.01, "nms_topk": 400, **options}
    net.add("_contrib_MultiBoxDetection", "detection", prob, loc, anchors, **options)
    return net


def served(files: Mapping[str, bytes], node: str, rows: Any) -> Any:  # noqa: ANN401
    """What the image of the container answers."""
    prefix = next(name for name in files if name.endswith("-symbol.json"))[:-12]
    graph = read_served(files[f"{prefix}-symbol.json"])
    place = [each.name for each in graph.nodes].index(node)
    weights = read_arrays(files[f"{prefix}-0007.params"])
    return Served(graph, weights, place).evaluate(rows)


def converted(model: Model) -> Export:
    export = ONNX[model.inspection.kind](model)
    assert export.proof is not None
    assert export.proof.furthest() < 1e-5
    return export


def test_image_classification() -> None:
    shapes = [{"shape": [16, 3, 65, 48], "name": "data"}]
    files = residual().files("image-classification", model_shapes=shapes)
    model = load(files)
    assert model.inspection.kind == "image-classification"
    note = "a picture's red, green and blue go in from 0 to 255, resized to 65 x 48"
    assert ONNX["image-classification"](model).note == note
    rows = np.float32(np.random.default_rng(1).uniform(0, 255, (3, 3, 65, 48)))
    answer = run(converted(model).files["model.onnx"], rows)
    expected = served(files, "softmax", rows)
    assert list(answer) == ["softmax", "softmax_logits"]
    assert answer["softmax"] == pytest.approx(expected, rel=1e-5, abs=1e-6)
    assert answer["softmax_logits"] == pytest.approx(served(files, "fc1", rows), rel=1e-4, abs=1e-4)


@pytest.mark.parametrize(
    "options",
    [
        {"nms_threshold": 0.45},
        {"nms_threshold": 0.2, "nms_topk": 20},
        {"nms_threshold": 0.5, "force_suppress": True, "nms_topk": -1, "clip": False},
        {"nms_threshold": 0.3, "threshold": 0.4, "variances": (0.2, 0.2, 0.1, 0.1)},
    ],
)
def test_object_detection(options: dict[str, object]) -> None:
    files = ssd(**options).files("model_algo_1")
    files["hyperparams.json"] = b'{"image_shape": "64", "num_classes": "3"}'
    model = load(files)
    assert model.inspection.kind == "object-detection"
    rows = np.float32(np.random.default_rng(2).uniform(0, 255, (2, 3, 64, 64)))
    answer = run(converted(model).files["model.onnx"], rows)
    expected = served(files, "detection", rows)
    kept = expected[..., 0] >= 0
    assert kept.sum() > 5
    # rows of no class are left out: where scores differ by rounding only, they change places
    assert ((answer["detections"][..., 0] >= 0).sum(axis=1) == kept.sum(axis=1)).all()
    found = answer["detections"][answer["detections"][..., 0] >= 0]
    assert found == pytest.approx(expected[kept], rel=1e-5, abs=1e-5)
    assert answer["boxes"].shape == (2, expected.shape[1], 4)
    assert answer["probabilities"].shape == (2, 4, expected.shape[1])


def test_a_network_of_ones_own() -> None:
    net = residual()
    script = {"code/inference.py": b"def model_fn(folder):\n    return folder\n"}
    files = net.files("model", model_shapes=[{"shape": [1, 3, 33, 33], "name": "data"}]) | script
    model = load(files)
    assert (model.inspection.kind, model.inspection.refused) == ("mxnet", False)
    export = converted(model)
    rows = np.float32(np.random.default_rng(1).uniform(0, 255, (1, 3, 33, 33)))
    answer = run(export.files["model.onnx"], rows)
    assert answer["softmax"] == pytest.approx(served(files, "softmax", rows), rel=1e-5, abs=1e-6)
    assert export.note.startswith("code/inference.py is not part of the export")
    del files["model-shapes.json"]
    with pytest.raises(ExportRefused, match="the shape of its input is not known"):
        ONNX["mxnet"](load(files))


def test_what_cannot_be_converted_is_said() -> None:
    shapes = [{"shape": [1, 3, 33, 33], "name": "data"}]
    files = residual().files("image-classification", model_shapes=shapes)
    convert = ONNX["image-classification"]
    symbol = files["image-classification-symbol.json"]
    own = {**files, "image-classification-symbol.json": symbol.replace(b'"Flatten"', b'"Custom"')}
    with pytest.raises(ExportRefused, match="operators unknown here: Custom"):
        convert(load(own))
    fewer = {name: each for name, each in files.items() if not name.endswith(".params")}
    with pytest.raises(ExportRefused, match="no file of its weights"):
        convert(load(fewer))
    lacking = residual()
    del lacking.weights["arg:fc1_bias"]
    with pytest.raises(ExportRefused, match=r"one input without weights, it has \['data', 'fc1_b"):
        convert(load(lacking.files("image-classification", model_shapes=shapes)))
    narrow = residual()
    narrow.weights["arg:fc1_weight"] = np.ones((5, 15), np.float32)
    with pytest.raises(ExportRefused, match="FullyConnected fc1 cannot be computed"):
        convert(load(narrow.files("image-classification", model_shapes=shapes)))


def test_the_proof_sees_another_network() -> None:
    shapes = [{"shape": [1, 3, 33, 33], "name": "data"}]
    net = residual()
    right = ONNX["image-classification"](
        load(net.files("image-classification", model_shapes=shapes))
    )
    net.weights["arg:conv1_weight"] *= np.float32(1.001)
    wrong = ONNX["image-classification"](
        load(net.files("image-classification", model_shapes=shapes))
    )
    assert right.proof is not None
    assert wrong.proof is not None
    proof = type(right.proof)(
        right.proof.inputs, right.proof.original, wrong.proof.exported, right.proof.tolerance
    )
    with pytest.raises(ExportRefused, match="predicts otherwise"):
        proof.furthest()


@pytest.mark.parametrize("sides", [[3, 100_000, 100_000], [3, 0, 5], [-3, 5, 5]])
def test_an_input_of_monstrous_sides(sides: list[int]) -> None:
    shapes = [{"shape": [1, *sides], "name": "data"}]
    with pytest.raises(ExportRefused, match="its input is said to have the sides"):
        ONNX["image-classification"](
            load(residual().files("image-classification", model_shapes=shapes))
        )


def test_attributes_that_ask_for_too_much_memory() -> None:
    shapes = [{"shape": [1, 3, 33, 33], "name": "data"}]
    files = residual().files("image-classification", model_shapes=shapes)
    symbol = files["image-classification-symbol.json"]
    for given, wanted in ((b'"(3, 3)"', b'"(99999, 9999)"'), (b'"(1, 1)"', b'"(1, -1000)"')):
        hostile = symbol.replace(b'"pad": ' + given, b'"pad": ' + wanted)
        assert hostile != symbol
        with pytest.raises(ExportRefused, match="cannot be computed"):
            ONNX["image-classification"](
                load({**files, "image-classification-symbol.json": hostile})
            )
