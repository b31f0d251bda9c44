"""MXNet's image with MXNet itself: scripts, modules and blocks, asked as the container is asked."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from slipway_local.sagemaker.serving import Health

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from slipway_local.images.server import ProcessServer

    from tests.local.images.conftest import Dock

REGISTRY = "763104351884.dkr.ecr.us-east-1.amazonaws.com"
IMAGE = f"{REGISTRY}/mxnet-inference:1.9.0-cpu-py38"
JSON, CSV, NPY = "application/json", "text/csv", "application/x-npy"

MAKE = """
import json, mxnet as mx, numpy as np
data = mx.sym.var("data")
network = mx.sym.FullyConnected(data, num_hidden=2, name="fc")
module = mx.mod.Module(network, label_names=None)
module.bind([("data", (8, 3))], for_training=False)
weight = mx.nd.array([[1, 2, 3], [0, 0, 1]])
module.set_params({"fc_weight": weight, "fc_bias": mx.nd.array([0, 0.5])}, {})
module.save_checkpoint("model", 0)
json.dump([{"name": "data", "shape": [8, 3]}], open("model-shapes.json", "w"))
block = mx.gluon.nn.Dense(2, in_units=3)
block.initialize()
block.weight.set_data(weight)
block.save_parameters("block.params")
"""
BLOCK = """
import mxnet as mx

def model_fn(folder):
    block = mx.gluon.nn.Dense(2, in_units=3)
    block.load_parameters(folder + "/block.params")
    return block
"""
OWN = """
import json, mxnet as mx

def transform_fn(model, data, content_type, accept):
    rows = mx.nd.array(json.loads(data)["rows"])
    return json.dumps({"sum": float(rows.sum().asscalar())}), accept

def model_fn(folder):
    return "anything"
"""
ASKS_MODEL = """
import json, mxnet as mx

def input_fn(data, content_type, model):
    [(_, shape)] = model.data_shapes
    return mx.io.NDArrayIter(mx.nd.ones(shape) * float(data), batch_size=shape[0])
"""
UNKNOWN = "def model_fn(folder):\n    return 5\n"


@pytest.fixture(scope="module")
def made(mxnet: Callable[[str], Path]) -> dict[str, bytes]:
    """A module as Module.save_checkpoint leaves it, and a block's parameters."""
    folder = mxnet(MAKE)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def serve(dock: Dock, made: Mapping[str, bytes]) -> Callable[[str], ProcessServer]:
    """A container with this script."""
    return lambda script: dock.start({**made, "code/inference.py": script.encode()}, IMAGE)


def test_a_module_needs_an_empty_script_only(
    dock: Dock, serve: Callable[[str], ProcessServer]
) -> None:
    server = serve("")
    assert (server.health(), server.failure()) == (Health.READY, "")
    reply = dock.ask(server, b"[[1, 1, 1], [0, 0, 2]]", JSON)
    assert (reply.status, json.loads(reply.body)) == (200, [[6.0, 1.5], [6.0, 2.5]])
    rows = dock.ask(server, b"1,0,0\n0,0,2", CSV, f"image/png, {CSV}")
    assert rows.body == b"1.0,0.5\n6.0,2.5\n"
    buffer = io.BytesIO()
    np.save(buffer, np.ones((1, 3)))
    answer = np.load(io.BytesIO(dock.ask(server, buffer.getvalue(), NPY, NPY).body))
    assert answer.tolist() == [[6.0, 1.5]]
    assert dock.ask(server, b"x", "text/plain").status == 500


def test_a_block_is_asked_as_it_is(dock: Dock, serve: Callable[[str], ProcessServer]) -> None:
    server = serve(BLOCK)
    assert (server.health(), server.failure()) == (Health.READY, "")
    assert json.loads(dock.ask(server, b"[[1, 1, 1]]", JSON).body) == [[6.0, 1.0]]
    assert dock.ask(server, b"1,1,1", CSV).status == 500


def test_a_script_may_do_all_itself(dock: Dock, serve: Callable[[str], ProcessServer]) -> None:
    reply = dock.ask(serve(OWN), b'{"rows": [1, 2]}', JSON)
    assert (reply.status, json.loads(reply.body)) == (200, {"sum": 3.0})


def test_an_input_fn_may_take_the_model(dock: Dock, serve: Callable[[str], ProcessServer]) -> None:
    reply = dock.ask(serve(ASKS_MODEL), b"2", JSON)
    assert (reply.status, json.loads(reply.body)) == (200, [[12.0, 2.5]])


def test_what_cannot_be_served_says_why(
    dock: Dock, serve: Callable[[str], ProcessServer], made: Mapping[str, bytes]
) -> None:
    assert "Unsupported model type: int" in serve(UNKNOWN).failure()
    assert "pack a code/inference.py" in dock.start(made, IMAGE).failure()
    lonely = dock.start({"code/inference.py": b"", "block.params": made["block.params"]}, IMAGE)
    assert "missing file model-symbol.json" in lonely.failure()
