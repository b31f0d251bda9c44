"""Each operator as ONNX computes it, against numpy twice: the exporter's, and the images'."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from slipway_export.model import ExportRefused
from slipway_export.networks.symbols import read_graph
from slipway_export.to_onnx.graphs import GraphWriter
from slipway_export.to_onnx.runtime import opened
from slipway_export.to_onnx.symbol_writer import Network
from slipway_local.images.slipway_container.networks.network import _KNOWN as SERVED
from slipway_local.images.slipway_container.networks.network import Network as Served
from slipway_local.images.slipway_container.networks.symbols import read_graph as read_served

from tests.export.to_onnx.conftest import load
from tests.local.images.conftest import MXNetFiles

RANDOM = np.random.default_rng(3)
IMAGE = (4, 11, 9)
Sides = tuple[int, ...]


def weights_of(*shapes: Sides) -> list[Any]:
    return [np.float32(RANDOM.uniform(0.5, 2, shape)) for shape in shapes]


def symbol(operator: str, attributes: dict[str, str], weights: list[Any]) -> bytes:
    names = [f"w{number}" for number in range(len(weights))]
    variables = [("null", name, (), {}) for name in ("data", *names)]
    return MXNetFiles.symbol(*variables, (operator, "it", ("data", *names), attributes))


def network(operator: str, attributes: dict[str, str], weights: list[Any], sides: Sides) -> Network:
    named = {f"w{number}": weight for number, weight in enumerate(weights)}
    return Network(read_graph(symbol(operator, attributes, weights)), named, sides)


def exported(network: Network, rows: Any) -> Any:  # noqa: ANN401
    values, writer = network.evaluate(rows), GraphWriter()
    (place,) = network.graph.served()
    writer.output(network.write(writer, values)[place], "it", values[place].shape[1:])
    return opened(writer.written(load({"model.onnx": b"none"})))(rows)["it"]


# What the exporter converts and the images do not serve.
UNSERVED = {
    ("act_type", "softrelu"),
    ("act_type", "softsign"),
    ("num_group", "2"),
    ("num_group", "4"),
}
WINDOWS = {"kernel": "(3, 2)", "stride": "(2, 3)", "pad": "(1, 1)"}
FULL = {**WINDOWS, "pooling_convention": "full"}
CASES: list[tuple[str, dict[str, str], list[Sides], Sides]] = [
    *((name, {}, [], IMAGE) for name in ("_copy", "identity", "BlockGrad", "MakeLoss", "Flatten")),
    *((name, {}, [], IMAGE) for name in ("relu", "sigmoid", "tanh", "exp", "square", "softmax")),
    ("sqrt", {}, [], IMAGE),
    ("Dropout", {"p": "0.5", "mode": "training"}, [], IMAGE),
    *(
        ("Activation", {"act_type": kind}, [], IMAGE)
        for kind in ("relu", "sigmoid", "tanh", "softrelu", "softsign")
    ),
    ("LeakyReLU", {}, [], IMAGE),
    ("LeakyReLU", {"act_type": "leaky", "slope": "0.1"}, [], IMAGE),
    ("LeakyReLU", {"act_type": "elu", "slope": "0.3"}, [], IMAGE),
    ("LeakyReLU", {"act_type": "prelu"}, [(4,)], IMAGE),
    *((f"broadcast_{name}", {}, [(1, 4, 1, 1)], IMAGE) for name in ("add", "sub", "mul", "div")),
    *((f"elemwise_{name}", {}, [(2, *IMAGE)], IMAGE) for name in ("add", "sub", "mul", "div")),
    *(
        (f"_{name}_scalar", {"scalar": "2.5"}, [], IMAGE)
        for name in ("plus", "minus", "rminus", "mul", "div")
    ),
    ("clip", {"a_min": "-0.5", "a_max": "1"}, [], IMAGE),
    ("Concat", {"num_args": "2", "dim": "1"}, [(2, 3, 11, 9)], IMAGE),
    ("Reshape", {"shape": "(0, -1, 9)"}, [], IMAGE),
    ("Reshape", {"shape": "(-1L, 3L)"}, [], IMAGE),
    ("transpose", {"axes": "(0, 2, 3, 1)"}, [], IMAGE),
    ("softmax", {"axis": "1"}, [], IMAGE),
    ("SoftmaxOutput", {}, [], (5,)),
    ("SoftmaxOutput", {"grad_scale": "1", "normalization": "valid"}, [], IMAGE),
    ("SoftmaxOutput", {"multi_output": "True"}, [], IMAGE),
    ("SoftmaxOutput", {"preserve_shape": "True"}, [], IMAGE),
    ("SoftmaxActivation", {}, [], IMAGE),
    ("SoftmaxActivation", {"mode": "channel"}, [], IMAGE),
    ("dot", {}, [(5, 3)], (5,)),
    ("dot", {"transpose_b": "True"}, [(3, 5)], (5,)),
    ("FullyConnected", {"num_hidden": "3"}, [(3, 396), (3,)], IMAGE),
    ("FullyConnected", {"num_hidden": "3", "no_bias": "True"}, [(3, 7)], (7,)),
    ("FullyConnected", {"num_hidden": "3", "flatten": "False"}, [(3, 9), (3,)], IMAGE),
    ("Convolution", {"kernel": "(3, 2)", "num_filter": "5"}, [(5, 4, 3, 2), (5,)], IMAGE),
    (
        "Convolution",
        {"kernel": "(3,2)", "stride": "(2,1)", "pad": "(2,1)", "dilate": "(1,2)", "layout": "None"},
        [(5, 4, 3, 2), (5,)],
        IMAGE,
    ),
    ("Convolution", {"kernel": "(1, 1)", "no_bias": "True"}, [(5, 4, 1, 1)], IMAGE),
    ("Convolution", {"kernel": "(3, 3)", "num_group": "2"}, [(6, 2, 3, 3), (6,)], IMAGE),
    ("Convolution", {"kernel": "(3, 3)", "num_group": "4"}, [(4, 1, 3, 3), (4,)], IMAGE),
    ("BatchNorm", {"eps": "2e-05"}, [(4,)] * 4, IMAGE),
    ("BatchNorm", {"fix_gamma": "False", "momentum": "0.9"}, [(4,)] * 4, IMAGE),
    ("BatchNorm", {"fix_gamma": "False"}, [(6,)] * 4, (6,)),
    *(
        ("Pooling", {**windows, "pool_type": kind}, [], IMAGE)
        for kind in ("avg", "max", "sum")
        for windows in (WINDOWS, FULL, {"kernel": "(2, 2)"})
    ),
    *(
        ("Pooling", {**windows, "pool_type": "avg", "count_include_pad": "False"}, [], IMAGE)
        for windows in (WINDOWS, FULL)
    ),
    *(
        ("Pooling", {"global_pool": "True", "kernel": "(7, 7)", "pool_type": kind}, [], IMAGE)
        for kind in ("avg", "max", "sum")
    ),
    *(
        ("L2Normalization", {"mode": mode}, [], IMAGE)
        for mode in ("channel", "instance", "spatial")
    ),
]


@pytest.mark.parametrize(("operator", "attributes", "shapes", "sides"), CASES)
def test_operators(
    operator: str, attributes: dict[str, str], shapes: list[Sides], sides: Sides
) -> None:
    weights = weights_of(*shapes)
    rows = np.float32(RANDOM.normal(0, 2, (2, *sides)))
    rows = abs(rows) if operator == "sqrt" else rows
    found = exported(network(operator, attributes, weights, sides), rows)
    ours = network(operator, attributes, weights, sides)
    expected = ours.evaluate(rows)[ours.graph.served()[0]]
    assert found.shape == expected.shape
    assert found == pytest.approx(expected, rel=1e-5, abs=1e-5)
    if operator not in SERVED or UNSERVED & attributes.items():
        return
    graph = read_served(symbol(operator, attributes, weights))
    named = {f"w{number}": weight for number, weight in enumerate(weights)}
    served = Served(graph, named, graph.heads[0][0]).evaluate(rows)
    assert found == pytest.approx(served, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("squeezed", ["False", "True"])
def test_parts_of_a_channel(squeezed: str) -> None:
    content = MXNetFiles.symbol(
        ("null", "data", (), {}),
        ("SliceChannel", "parts", ("data",), {"num_outputs": "4", "squeeze_axis": squeezed}),
        ("elemwise_sub", "it", ("parts:1", "parts:3"), {}),
    )
    rows = np.float32(RANDOM.normal(size=(2, *IMAGE)))
    found = exported(Network(read_graph(content), {}, IMAGE), rows)
    expected = rows[:, 1] - rows[:, 3]
    assert found.tolist() == (expected if squeezed == "True" else expected[:, None]).tolist()


@pytest.mark.parametrize(
    ("operator", "attributes", "shapes", "said"),
    [
        ("Custom", {}, [], "operators unknown here: Custom"),
        ("Activation", {"act_type": "gelu"}, [], "Activation it"),
        ("LeakyReLU", {"act_type": "rrelu"}, [], "LeakyReLU it has the activation rrelu"),
        ("Dropout", {"mode": "always"}, [], "drops values where it infers"),
        ("Pooling", {"pool_type": "lp", "p_value": "2"}, [], "Pooling it"),
        ("Pooling", {"pool_type": "max", "layout": "NHWC"}, [], "channels first"),
        ("Convolution", {"kernel": "(1,1)", "layout": "NHWC"}, [(5, 4, 1, 1)], "channels first"),
        ("BatchNorm", {"axis": "3"}, [(9,)] * 4, "BatchNorm it"),
        ("softmax", {"temperature": "2.0"}, [], "a temperature"),
        ("Reshape", {"shape": "(-3, 0)"}, [], "Reshape it"),
        ("tanh", {"speed": "3", "__lr_mult__": "2"}, [], "tanh it has speed=3, not known here"),
    ],
)
def test_what_is_not_known_is_named(
    operator: str, attributes: dict[str, str], shapes: list[Sides], said: str
) -> None:
    rows = np.float32(RANDOM.normal(size=(2, *IMAGE)))
    with pytest.raises(ExportRefused, match=said):
        exported(network(operator, attributes, weights_of(*shapes), IMAGE), rows)
