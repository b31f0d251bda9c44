"""MXNet's symbol files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from slipway_local.images.slipway_container.networks.symbols import read_graph

if TYPE_CHECKING:
    from tests.local.images.conftest import MXNetFiles


def test_a_graph_is_its_nodes_in_order(mxnet_files: type[MXNetFiles]) -> None:
    graph = read_graph(
        mxnet_files.symbol(
            ("null", "data", (), {}),
            ("SliceChannel", "parts", ("data",), {"num_outputs": "2"}),
            ("Flatten", "flat", ("parts:1",), {}),
        )
    )
    assert [(node.operator, node.name) for node in graph.nodes] == [
        ("null", "data"),
        ("SliceChannel", "parts"),
        ("Flatten", "flat"),
    ]
    assert graph.nodes[1].attributes == {"num_outputs": "2"}
    assert graph.nodes[2].inputs == ((1, 1),)
    assert graph.heads == ((2, 0),)


def test_only_what_an_output_needs(mxnet_files: type[MXNetFiles]) -> None:
    graph = read_graph(
        mxnet_files.symbol(
            ("null", "data", (), {}),
            ("null", "label", (), {}),
            ("Flatten", "flat", ("data",), {}),
            ("Target", "target", ("label",), {}),
        )
    )
    assert [node.name for _, node in graph.needed((2,))] == ["data", "flat"]


@pytest.mark.parametrize("key", ["attr", "param"])
def test_the_attributes_of_old_versions(key: str) -> None:
    node = {"op": "null", "name": "data", "inputs": [], key: {"axis": "1"}}
    graph = read_graph(json.dumps({"nodes": [node], "heads": [[0, 0]]}))
    assert graph.nodes[0].attributes == {"axis": "1"}


@pytest.mark.parametrize(
    "document",
    [
        "no JSON",
        "[]",
        {"nodes": []},
        {"nodes": [{"op": "null"}], "heads": [[0, 0]]},
        {"nodes": [], "heads": []},
        {"nodes": [{"op": "null", "name": "a", "inputs": []}], "heads": [[1, 0]]},
        {"nodes": [{"op": "x", "name": "a", "inputs": [[0, 0, 0]]}], "heads": [[0, 0]]},
    ],
)
def test_other_documents_are_refused(document: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - json words some of them
        read_graph(document if isinstance(document, str) else json.dumps(document))
