"""Starting and ending a process; what it is told."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from slipway_local.images.environments import Environments
from slipway_local.images.folders import lay_out
from slipway_local.images.processes import Start, spawn

if TYPE_CHECKING:
    from pathlib import Path

    from tests.local.images.conftest import Dock


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """A server in an environment without its packages: it ends by itself, soon."""
    python = Environments(tmp_path / "images").provide(("six==1.16.0",)).python
    folders = lay_out(tmp_path / "root", None, {}, _nothing)
    variables = {"SLIPWAY_CODE_FOLDER": str(folders.code)}
    return Start(python, "scripted.scikit_learn", folders.root, variables, tmp_path / "log")


def test_what_a_process_says_last_is_in_its_log(start: Start) -> None:
    spawned = spawn(start)
    spawned.wait()
    assert not spawned.alive()
    assert spawned.end() == 1
    assert "No module named 'numpy'" in start.log.read_text()


def test_ending_a_running_process_kills_it(dock: Dock, start: Start) -> None:
    spawned = spawn(start)
    assert spawned.alive()
    assert spawned.end() == -9
    assert not dock.alive(spawned.process.pid)


def test_a_process_that_cannot_start_leaves_no_descriptors(start: Start, tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - counted, not walked
    with pytest.raises(FileNotFoundError):
        spawn(Start(tmp_path / "none", "x", start.root, {}, start.log))
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208 - counted, not walked


def _nothing(url: str) -> bytes:
    raise LookupError(url)
