"""`slipway down` and `env` where nothing is up, and `up` where there is nothing to deploy."""

from collections.abc import Callable
from pathlib import Path

from slipway_cli.failures import Exit
from slipway_local import cloud
from typer.testing import Result

Run = Callable[..., Result]


def test_down_may_be_repeated(run: Run) -> None:
    assert [run("down").exit_code, run("down").exit_code] == [0, 0]


def test_there_is_no_environment_of_a_cloud_that_is_not_up(run: Run) -> None:
    found = run("env")
    assert found.exit_code == Exit.CLOUD
    assert "slipway up" in found.stderr


def test_up_outside_of_a_clone_says_so_and_leaves_no_cloud(run: Run, tmp_path: Path) -> None:
    found = run("up")
    assert found.exit_code == Exit.CLOUD
    assert "no template.yaml" in found.stderr
    assert cloud.find(tmp_path / ".slipway") is None
