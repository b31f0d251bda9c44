"""The demo's folder: its own, and gone afterwards, however it ends."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from slipway_cli.demo.command import alone, stoppable
from slipway_cli.failures import Exit, Problem
from slipway_local import cloud
from typer.testing import Result


def test_nothing_is_left_of_a_demo(tmp_path: Path) -> None:
    with alone(tmp_path / "demo") as folder:
        cloud.start(folder / "cloud")
    assert cloud.find(tmp_path / "demo" / "cloud") is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("end", [KeyboardInterrupt, RuntimeError])
def test_nothing_is_left_of_a_demo_that_ended_badly(
    tmp_path: Path, end: type[BaseException]
) -> None:
    with pytest.raises(end), alone(tmp_path / "demo"):
        raise end
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_demo_left_is_cleaned_away(tmp_path: Path) -> None:
    left = tmp_path / "demo"
    left.mkdir()
    cloud.start(left / "cloud")
    with alone(left) as folder:
        assert list(folder.iterdir()) == []
    assert cloud.find(left / "cloud") is None


def test_two_demos_do_not_share_a_folder(tmp_path: Path) -> None:
    with alone(tmp_path / "demo"), pytest.raises(Problem) as second, alone(tmp_path / "demo"):
        pass
    assert second.value.code == Exit.USAGE


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_demo_that_is_told_to_stop_cleans_up_like_one_that_is_interrupted(
    number: signal.Signals,
) -> None:
    with pytest.raises(KeyboardInterrupt), stoppable():
        os.kill(os.getpid(), number)


def test_outside_of_a_clone_there_is_no_demo(run: Callable[..., Result]) -> None:
    found = run("demo")
    assert found.exit_code == Exit.USAGE
    assert "clone" in found.stderr
