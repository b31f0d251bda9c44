"""MXNet's symbols as graphs."""

from __future__ import annotations

from typing import Any

import pytest
from slipway.artifacts.archives.reader import Damaged
from slipway.artifacts.graphs.symbol_graph import input_shapes, symbol_graph

NODES: list[dict[str, Any]] = [
    {"op": "null", "name": "data", "inputs": []},
    {"op": "null", "name": "conv0_weight", "attrs": {"__wd__": "0"}, "inputs": []},
    {
        "op": "Convolution",
        "name": "conv0",
        "attr": {"kernel": "(3, 3)"},
        "inputs": [[0, 0], [1, 0]],
    },
    {"op": "_copy", "name": "id", "inputs": [[2, 0, 0]]},
    {"op": "null", "name": "out_label", "inputs": []},
    {"op": "SoftmaxOutput", "name": "out", "inputs": [[3, 0, 0], [4, 0, 0]]},
]


def symbol(nodes: Any, heads: Any = None) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {"nodes": nodes, "heads": heads or [[len(nodes) - 1, 0, 0]]}


def test_weights_labels_and_copies_are_folded() -> None:
    graph = symbol_graph(symbol(NODES), {"conv0_weight": (8, 3, 3, 3)}, {"data": (1, 3, 32, 32)})
    data, conv, out = graph.layers
    assert (data.operator, data.shape) == ("Input", (1, 3, 32, 32))
    assert (conv.weights, conv.attributes) == (((8, 3, 3, 3),), {"kernel": "(3, 3)"})
    assert (out.name, out.inputs) == ("out", (1,))
    assert graph.learnt == 216


def test_weights_are_told_by_their_names_where_there_are_no_parameters() -> None:
    graph = symbol_graph(symbol(NODES), {}, {})
    assert [layer.name for layer in graph.layers] == ["data", "conv0", "out"]


def test_the_last_node_is_the_head_where_none_is_named() -> None:
    assert len(symbol_graph({"nodes": NODES}, {}, {}).layers) == 3


def test_shapes_are_read() -> None:
    assert input_shapes([{"shape": [16, 3, 8, 8], "name": "data"}]) == {"data": (16, 3, 8, 8)}
    assert input_shapes({"shape": 1}) == input_shapes([1, {"shape": 5}]) == {}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (None, "no list of nodes"),
        ([], "no list of nodes"),
        ({"nodes": 5}, "no list of nodes"),
        (symbol([7]), "no object"),
        (symbol([{"op": "a", "name": "a", "inputs": [5]}]), "names no node"),
        (symbol([{"op": "a", "name": "a", "inputs": [[0, 0, 0]]}]), "circle"),
        (symbol([{"op": "null", "name": "w_weight", "inputs": []}]), "no operator"),
        (symbol([{"op": "a"}] * 20_001), "more than 20000 nodes"),
    ],
)
def test_what_is_no_symbol_is_refused(document: Any, said: str) -> None:  # noqa: ANN401 - JSON
    with pytest.raises(Damaged, match=said):
        symbol_graph(document, {}, {})
