"""PyTorch's and Hugging Face's images with the frameworks themselves, on models made here."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest
from slipway_local.images.environments import Environments
from slipway_local.images.registry import family_of
from slipway_local.sagemaker.serving import Health

from tests.e2e.test_pytorch import CLASSIFIER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slipway_local.images.server import ProcessServer

    from tests.local.images.conftest import Dock

REGISTRY = "763104351884.dkr.ecr.us-east-1.amazonaws.com"
PYTORCH = f"{REGISTRY}/pytorch-inference:2.6.0-cpu-py312"
HUGGING_FACE = (
    f"{REGISTRY}/huggingface-pytorch-inference:2.6.0-transformers4.51.3-cpu-py312-ubuntu22.04"
)
JSON, CSV = "application/json", "text/csv"

LINE = """
import torch
layer = torch.nn.Linear(2, 1)
layer.weight.data, layer.bias.data = torch.tensor([[1.0, 2.0]]), torch.tensor([0.5])
torch.jit.script(layer).save("model.pth")
torch.save(layer.state_dict(), "state.bin")
"""


@pytest.fixture(scope="module")
def made(images: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict[str, bytes]]:
    """Run a program in an image's environment; the files it leaves."""

    def run(image: str, program: str) -> dict[str, bytes]:
        folder = tmp_path_factory.mktemp("made")
        python = Environments(images).provide(family_of(image).packages).python
        subprocess.run([python, "-I", "-c", program], cwd=folder, check=True)  # noqa: S603 - ours
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    return run


@pytest.fixture(scope="module")
def line(made: Callable[..., dict[str, bytes]]) -> dict[str, bytes]:
    """x0 + 2 x1 + 0.5, as TorchScript and as a state dictionary."""
    return made(PYTORCH, LINE)


@pytest.fixture(scope="module")
def distilbert(made: Callable[..., dict[str, bytes]]) -> dict[str, bytes]:
    """A DistilBERT of ten words, and what it says of "a very good film"."""
    return made(HUGGING_FACE, CLASSIFIER)


@pytest.fixture
def serve(dock: Dock) -> Callable[..., ProcessServer]:
    """Start a container that must come up."""

    def start(files: dict[str, bytes], image: str, **env: str) -> ProcessServer:
        server = dock.start(files, image, env=env, startup_seconds=240)
        assert (server.health(), server.failure()) == (Health.READY, "")
        return server

    return start


def test_torchscript_needs_no_script(
    dock: Dock, serve: Callable[..., ProcessServer], line: dict[str, bytes]
) -> None:
    server = serve({"model.pth": line["model.pth"]}, PYTORCH)
    reply = dock.ask(server, b"[[1, 2], [3, 4]]", JSON)
    assert (reply.status, json.loads(reply.body)) == (200, [[5.5], [11.5]])
    reply = dock.ask(server, b"1.0,2.0\n3.0,4.0", CSV, CSV)
    assert (reply.body, reply.headers["Content-Type"]) == (
        b"5.5\n11.5\n",
        "text/csv",
    )
    assert dock.ask(server, b"1,2.5\n", CSV).status == 500  # whole and broken numbers, as on AWS
    unknown = dock.ask(server, b"x", "image/png")
    assert unknown.status == 500
    assert b"Content type image/png is not supported" in unknown.body


def test_a_script_builds_the_model(
    dock: Dock, serve: Callable[..., ProcessServer], line: dict[str, bytes]
) -> None:
    code = b"""
import os, torch
def model_fn(model_dir):
    layer = torch.nn.Linear(2, 1)
    layer.load_state_dict(torch.load(os.path.join(model_dir, "state.bin"), weights_only=True))
    return layer
def predict_fn(data, model, context):
    assert context.system_properties["model_dir"]
    return model(data) * 10
"""
    server = serve({"state.bin": line["state.bin"], "code/inference.py": code}, PYTORCH)
    assert json.loads(dock.ask(server, b"[[1, 2]]", JSON).body) == [[55.0]]


def test_no_torchscript_and_no_script(dock: Dock, line: dict[str, bytes]) -> None:
    server = dock.start({"model.pth": line["state.bin"]}, PYTORCH, startup_seconds=240)
    assert server.health() is Health.FAILED
    assert "Please ensure model is saved using torchscript" in server.failure()


def test_a_pipeline_of_the_architecture(
    dock: Dock,
    serve: Callable[..., ProcessServer],
    distilbert: dict[str, bytes],
    figures: Callable[..., None],
) -> None:
    model = {name: data for name, data in distilbert.items() if name != "expected"}
    server = serve(model, HUGGING_FACE)
    body = b'{"inputs": "a very good film", "parameters": {"top_k": 2}}'
    reply = dock.ask(server, body, JSON)
    assert (reply.status, reply.headers["Content-Type"]) == (200, JSON)
    said = {each["label"]: each["score"] for each in json.loads(reply.body)}
    expected = json.loads(distilbert["expected"])
    error = max(abs(said[label] - expected[label]) for label in ("NEGATIVE", "POSITIVE"))
    figures(**{"distilbert, largest difference": error})
    assert error <= 1e-6
    [answer] = json.loads(dock.ask(server, b'{"inputs": "a bad film"}', JSON).body)
    assert set(answer) == {"label", "score"}
    lines = dock.ask(server, b"inputs\na film\ngood\n", CSV, CSV).body.decode().splitlines()
    assert (lines[0], len(lines)) == ("label,score", 3)
    for wrong, kind in [(b"{", JSON), (b'{"inputs": 1}', JSON), (b"words\na", CSV), (b"a", "x/y")]:
        refused = dock.ask(server, wrong, kind)
        assert refused.status == 400, refused
        assert json.loads(refused.body)["type"] == "InternalServerException"


def test_a_script_and_a_task(
    dock: Dock, serve: Callable[..., ProcessServer], distilbert: dict[str, bytes]
) -> None:
    code = b"def output_fn(prediction, accept): return prediction[0]['label'][0], 'text/plain'"
    files = {**distilbert, "code/inference.py": code}
    server = serve(files, HUGGING_FACE, HF_TASK="sentiment-analysis")
    reply = dock.ask(server, b'{"inputs": "good"}', JSON)
    assert reply.body in (b"P", b"N")


def test_a_model_without_its_tokenizer_does_not_start(
    dock: Dock, distilbert: dict[str, bytes]
) -> None:
    files = {name: distilbert[name] for name in ("config.json", "model.safetensors")}
    server = dock.start(files, HUGGING_FACE, startup_seconds=240)
    assert server.health() is Health.FAILED
    assert "tokenizer" in server.failure()
