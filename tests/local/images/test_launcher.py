"""The launcher: one kind of server for each mode of a container."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway_local.images.launcher import ProcessLauncher
from slipway_local.images.multi_model import MultiModelServer
from slipway_local.images.server import ProcessServer
from slipway_local.sagemaker.serving import Container, Health

if TYPE_CHECKING:
    from pathlib import Path


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


def _nothing(url: str) -> bytes:
    raise LookupError(url)
