"""Keras configurations as graphs."""

from __future__ import annotations

from typing import Any

import pytest
from slipway.artifacts.archives.reader import Damaged
from slipway.artifacts.graphs.keras_graph import keras_graph


def tensor(layer: str) -> dict[str, Any]:
    return {
        "class_name": "__keras_tensor__",
        "config": {"shape": [None, 4], "keras_history": [layer, 0, 0]},
    }


def layer(kind: str, name: str, inbound: Any = None, **config: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "class_name": kind,
        "config": {"name": name, **config},
        "name": name,
        "inbound_nodes": inbound or [],
    }


def model(kind: str, *layers: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {"class_name": kind, "config": {"layers": list(layers)}}


def test_sequential_layers_follow_each_other() -> None:
    graph = keras_graph(
        model(
            "Sequential",
            layer("InputLayer", "in", batch_shape=[None, 28, 28, 1]),
            layer("Conv2D", "conv", filters=8, kernel_size=[3, 3], kernel_initializer={"x": 1}),
            layer("Dense", "out", units=10, activation="softmax"),
        )
    )
    given, conv, out = graph.layers
    assert (given.operator, given.shape) == ("Input", (None, 28, 28, 1))
    assert conv.attributes == {"filters": "8", "kernel_size": "(3, 3)"}
    assert (conv.inputs, out.inputs) == ((0,), (1,))


@pytest.mark.parametrize(
    "inbound",
    [
        [{"args": [[tensor("a"), tensor("b")]], "kwargs": {}}],
        [[["a", 0, 0, {}], ["b", 0, 0, {}]]],
    ],
)
def test_functional_layers_name_theirs(inbound: Any) -> None:  # noqa: ANN401 - JSON
    graph = keras_graph(
        model(
            "Functional",
            layer("InputLayer", "a"),
            layer("Dense", "b", [{"args": [tensor("a")], "kwargs": {}}]),
            layer("Add", "sum", inbound),
        )
    )
    assert [each.inputs for each in graph.layers] == [(), (0,), (0, 1)]


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (None, "no layers"),
        ({"class_name": "MyModel", "config": {}}, "no layers"),
        (model("Sequential", 5), "no layers"),
        (model("Functional", layer("A", "a", [["b", 0]]), layer("B", "b", [["a", 0]])), "no op"),
        (
            model(
                "Functional",
                layer("A", "a", [["b", 0]]),
                layer("B", "b", [["a", 0]]),
                layer("C", "c", [["b", 0]]),
            ),
            "circle",
        ),
        (model("Sequential", *[layer("A", "a")] * 20_001), "more than 20000"),
    ],
)
def test_what_lists_no_network_is_refused(document: Any, said: str) -> None:  # noqa: ANN401 - JSON
    with pytest.raises(Damaged, match=said):
        keras_graph(document)
