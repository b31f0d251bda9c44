"""The network of a whole archive, wherever its parts stand."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from slipway.artifacts import inspect
from slipway.artifacts.graphs.networks import NoGraph, read_network

from tests.artifacts.members.test_member import ndarrays, onnx, saved_model, zipped

if TYPE_CHECKING:
    from slipway.artifacts.graphs.graph import Graph

Pack = Callable[..., bytes]
Real = Callable[[str], bytes]


def symbol(*operators: str) -> bytes:
    nodes: list[dict[str, Any]] = [
        {"op": "null", "name": "data", "inputs": []},
        {"op": "null", "name": "w", "inputs": []},
    ]
    for name in operators:
        nodes.append({"op": name, "name": name, "inputs": [[len(nodes) - 1, 0, 0], [0, 0, 0]]})
    return json.dumps({"nodes": nodes, "arg_nodes": [0, 1], "heads": []}).encode()


def read(archive: bytes) -> Graph:
    return read_network([archive], inspect([archive]))


def test_symbol_weights_and_shapes_belong_together(pack: Pack) -> None:
    files = {
        "image-classification-0001.params": ndarrays([("arg:w", (7, 9))]),
        "image-classification-symbol.json": symbol("FullyConnected"),
        "model-shapes.json": b'[{"shape": [1, 9], "name": "data"}]',
    }
    for order in (list(files), list(reversed(files))):
        data, dense = read(pack({name: files[name] for name in order})).layers
        assert (data.shape, dense.weights) == ((1, 9), ((7, 9),))


def test_a_module_in_a_zip(pack: Pack) -> None:
    arrays = ndarrays([("arg:w", (3, 1)), ("arg:fc0_weight", (3, 1))])
    model = zipped(
        {
            "mx-mod-symbol.json": symbol("dot"),
            "mx-mod-0000.params": arrays,
            "additional-params.json": b'{"predictor_type": "regressor"}',
        }
    )
    assert [each.operator for each in read(pack({"model_algo-1": model})).layers] == [
        "Input",
        "dot",
    ]


def test_a_keras_file(pack: Pack) -> None:
    config = {"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense"}]}}
    model = zipped(
        {"metadata.json": b'{"keras_version": "3.0"}', "config.json": json.dumps(config).encode()}
    )
    assert [each.operator for each in read(pack({"model.keras": model})).layers] == ["Dense"]


def test_a_real_saved_model(pack: Pack, real: Real) -> None:
    content = real("tensorflow/half_plus_two/00000123/saved_model.pb")
    assert len(read(pack({"00000123/saved_model.pb": content})).layers) == 4


def test_of_several_versions_the_one_that_is_served(pack: Pack) -> None:
    archive = pack({f"{name}/saved_model.pb": saved_model() for name in ("10", "9", "assets")})
    assert inspect([archive]).model_file == "10/saved_model.pb"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"README.md": b"hello"}, "it is unknown.*which holds no graph: mxnet-symbol"),
        ({"model-symbol.json": b'{"nodes": [], "arg_nodes": []}'}, "no operator"),
        ({"model.onnx": onnx()}, "model.onnx: a field reaches out of its message"),
    ],
)
def test_what_has_no_network_says_so(pack: Pack, files: dict[str, bytes], said: str) -> None:
    with pytest.raises(NoGraph, match=said):
        read(pack(files))


def test_a_symbol_of_a_million_nodes_is_refused(pack: Pack) -> None:
    small = pack({"model-symbol.json": symbol("a")})
    large = pack({"model-symbol.json": symbol(*["relu"] * 200_000)})
    with pytest.raises(NoGraph, match="larger than 8388608 bytes"):
        read_network([large], inspect([small]))
