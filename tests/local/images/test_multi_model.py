"""Multi-model containers: models come and go while the container stays."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from slipway_local.images.environments import Environments
from slipway_local.images.multi_model import MultiModelServer
from slipway_local.images.processes import DEFAULT_BOUNDS
from slipway_local.images.registry import FAMILIES
from slipway_local.images.server import Ground
from slipway_local.sagemaker.serving import Container, Health, Invocation, Reply, ServerGone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.local.images.conftest import Dock

IMAGE = "registry/sagemaker-scikit-learn:1.2-1-cpu-py3"
SCRIPT = """
def model_fn(d): return open(d + "/model").read()
def predict_fn(data, model): return [model, data.shape]
"""
BROKEN = "def model_fn(d): raise ValueError('no weights')\n"


@pytest.fixture
def server(dock: Dock) -> Iterator[MultiModelServer]:
    """A container of several models."""
    for name in "abc":
        files = {"model": name.encode(), "code/inference.py": SCRIPT.encode()}
        dock.store[f"s3://models/many/{name}.tar.gz"] = dock.pack(files)
    dock.store["s3://models/many/bad.tar.gz"] = dock.pack({"code/inference.py": BROKEN.encode()})
    environments = Environments(dock.home / "images")
    fetch = dock.store.__getitem__
    ground = Ground(dock.home, environments, fetch, DEFAULT_BOUNDS, 60.0, FAMILIES)
    server = MultiModelServer(ground, _container())
    server.start()
    assert dock.eventually(lambda: server.health() is Health.READY)
    yield server
    server.stop()


def _container(image: str = IMAGE) -> Container:
    env = {
        "SAGEMAKER_PROGRAM": "inference.py",
        "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
    }
    return Container(image, "s3://models/many/", env, multi_model=True)


def _ask(server: MultiModelServer, target: str | None, body: bytes = b"1,2") -> Reply:
    headers = {"Content-Type": "text/csv"}
    if target:
        headers["X-Amzn-SageMaker-Target-Model"] = target
    return server.invoke(Invocation(body, headers), timeout=30)


def test_models_load_when_they_are_asked(server: MultiModelServer) -> None:
    assert server.loaded() == []
    assert json.loads(_ask(server, "a.tar.gz").body) == ["a", [1, 2]]
    assert json.loads(_ask(server, "/b.tar.gz", b"1,2\n3,4").body) == ["b", [2, 2]]
    assert server.loaded() == ["a.tar.gz", "/b.tar.gz"]


def test_a_model_that_has_no_room_is_not_loaded(dock: Dock, server: MultiModelServer) -> None:
    assert server.load("a.tar.gz", timeout=30).status == 200
    assert server.downloaded("a.tar.gz") > 0
    one = server.usage()
    assert one.memory > 1 << 20
    assert one.disk > len(SCRIPT)
    server._memory = int(2.5 * one.memory)
    assert _ask(server, "b.tar.gz").status == 200
    for _ in range(2):
        assert server.load("c.tar.gz", timeout=30).status == _ask(server, "c.tar.gz").status == 507
    assert server.loaded() == ["a.tar.gz", "b.tar.gz"]
    assert _ask(server, "a.tar.gz").status == 200
    assert server.loaded() == ["b.tar.gz", "a.tar.gz"]
    server.unload("b.tar.gz")
    assert _ask(server, "c.tar.gz").status == 200
    assert dock.eventually(lambda: len(list((dock.home / "containers").glob("*/*"))) == 2)


def test_a_model_that_proves_too_large_is_ended_unless_it_is_alone(
    server: MultiModelServer,
) -> None:
    server._memory = 1
    assert server.load("a.tar.gz", timeout=30).status == 200
    server._typical = -(1 << 40)
    assert server.load("b.tar.gz", timeout=30).status == 507
    assert server.loaded() == ["a.tar.gz"]


def test_a_model_that_cannot_load_is_told_and_tried_anew(
    dock: Dock, server: MultiModelServer
) -> None:
    for target, reason in (("bad.tar.gz", "ValueError: no weights"), ("none.tar.gz", "none")):
        reply = _ask(server, target)
        assert (reply.status, server.health()) == (500, Health.READY)
        assert reason in json.loads(reply.body)["message"]
    assert server.loaded() == []
    dock.store["s3://models/many/none.tar.gz"] = dock.store["s3://models/many/a.tar.gz"]
    assert _ask(server, "none.tar.gz").status == 200


def test_models_are_loaded_and_unloaded_when_told(server: MultiModelServer) -> None:
    loads = [server.load("a.tar.gz", timeout=30).status for _ in range(2)]
    assert (loads, server.loaded()) == ([200, 409], ["a.tar.gz"])
    unloads = [server.unload("a.tar.gz") for _ in range(2)]
    assert [reply.status for reply in unloads] == [200, 404]
    assert json.loads(unloads[0].body) == {"status": 'Model "a.tar.gz" unregistered'}
    assert server.loaded() == []
    assert server.load("bad.tar.gz", timeout=30).status == 500
    with pytest.raises(TimeoutError):
        server.load("b.tar.gz", timeout=0)


def test_a_model_that_is_being_asked_is_not_unloaded(server: MultiModelServer) -> None:
    with server._model("a.tar.gz"):
        assert server.unload("a.tar.gz").status == 409
    assert server.unload("a.tar.gz").status == 200


def test_a_request_must_name_its_model(server: MultiModelServer) -> None:
    assert _ask(server, None).status == 400


def test_after_stop_nothing_is_left(dock: Dock, server: MultiModelServer) -> None:
    _ask(server, "a.tar.gz")
    server.stop()
    assert list((dock.home / "containers").glob("*/*")) == []
    with pytest.raises(ServerGone):
        _ask(server, "a.tar.gz")


def test_an_unknown_image_fails(dock: Dock, server: MultiModelServer) -> None:
    other = MultiModelServer(server._ground, _container("registry/unknown:1"))
    other.start()
    assert dock.eventually(lambda: other.health() is Health.FAILED)
    assert "is not known here" in other.failure()
