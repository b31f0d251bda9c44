"""The launcher: one kind of server for each mode of a container."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from slipway_local.images.launcher import ProcessLauncher
from slipway_local.images.multi_model import MultiModelServer
from slipway_local.images.registry import Family
from slipway_local.images.server import ProcessServer
from slipway_local.sagemaker.serving import Container, Health

if TYPE_CHECKING:
    from pathlib import Path

    from tests.local.images.conftest import Dock


def test_a_launch_returns_before_anything_is_done(tmp_path: Path) -> None:
    said: list[str] = []
    launcher = ProcessLauncher(tmp_path, _nothing, progress=said.append)
    server = launcher.launch(Container("unknown", None, {}))
    assert isinstance(server, ProcessServer)
    assert server.wait_started(10)
    assert server.health() is Health.FAILED
    server.stop()


def test_a_multi_model_container_has_its_own_server(tmp_path: Path) -> None:
    launcher = ProcessLauncher(tmp_path, _nothing)
    server = launcher.launch(Container("unknown", None, {}, multi_model=True))
    assert isinstance(server, MultiModelServer)
    server.stop()


@pytest.mark.parametrize(("finds", "status"), [(True, 200), (False, None)])
def test_some_images_find_the_script_in_the_model(
    dock: Dock, finds: bool, status: int | None
) -> None:
    code = b"def model_fn(d): return 0\ndef transform_fn(m, d, c, a): return d, a\n"
    requirements = b"six==1.16.0\n"
    dock.store["s3://m"] = dock.pack(
        {"code/inference.py": b"import six\n" + code, "code/requirements.txt": requirements}
    )
    pins, module = ("numpy==2.1.0",), "scripted.scikit_learn"
    family = Family("image", "1", "scikit_learn", module, pins, (), finds)
    launcher = ProcessLauncher(dock.home, dock.store.__getitem__, families=(family,))
    server = launcher.launch(Container("image:1", "s3://m", {}))
    assert isinstance(server, ProcessServer)
    dock.servers.append(server)
    assert server.wait_started(300)
    assert (server.health() is Health.READY) == finds, server.failure()
    if status:
        assert dock.ask(server).status == status


def _nothing(url: str) -> bytes:
    raise LookupError(url)
