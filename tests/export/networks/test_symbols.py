"""Symbol files, of old and new versions, and of nobody."""

from __future__ import annotations

import json

import pytest
from slipway_export.model import ExportRefused
from slipway_export.networks.symbols import Node, read_graph

from tests.local.images.conftest import MXNetFiles

GRAPH = MXNetFiles.symbol(
    ("null", "data", (), {}),
    ("null", "label", (), {}),
    ("Activation", "act", ("data",), {"act_type": "relu"}),
    ("Custom", "unused", ("act",), {}),
    ("SoftmaxOutput", "out", ("act", "label"), {"multi_output": "True"}),
)


def test_only_what_the_outputs_need_is_looked_at() -> None:
    graph = read_graph(GRAPH)
    assert graph.served() == ((4, 0),)
    assert [graph.nodes[number].name for number in graph.needed(graph.served())] == [
        "data",
        "act",
        "out",
    ]


def test_attributes_of_all_versions_are_merged() -> None:
    document = json.loads(GRAPH)
    document["nodes"][2] |= {"attr": {"old": "(3L, 3L)"}, "param": {"older": "1e-3"}}
    node = read_graph(json.dumps(document).encode()).nodes[2]
    assert node.option("old", None) == (3, 3)
    assert node.option("older", None) == 1e-3
    assert node.option("act_type", None) == "relu"
    assert node.option("none", 7) == 7


@pytest.mark.parametrize("text", ["(" * 5000, "9" * 5000, "open('x')", "1 +"])
def test_attributes_are_never_evaluated(text: str) -> None:
    assert Node("op", "it", {"a": text}, ()).option("a", None) == text


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"nodes": [], "heads": []}',
        b'{"nodes": [{"op": "null"}], "heads": [[0, 0]]}',
        b'{"nodes": [{"op": "null", "name": "a", "inputs": []}], "heads": [[1, 0]]}',
        b'{"nodes": [{"op": "null", "name": "a", "inputs": [[0, 0]]}], "heads": [[0, 0]]}',
        b"[" * 100_000,
    ],
)
def test_other_files_are_refused(content: bytes) -> None:
    with pytest.raises(ExportRefused, match=r"symbol file"):
        read_graph(content)


def test_two_detections_are_refused() -> None:
    name = "_contrib_MultiBoxDetection"
    nodes = [("null", "data", (), {}), (name, "a", ("data",), {}), (name, "b", ("data",), {})]
    with pytest.raises(ExportRefused, match="2 operators"):
        read_graph(MXNetFiles.symbol(*nodes)).served()
