"""The command line as a whole."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from slipway.manifest import schema
from typer.testing import Result

Run = Callable[..., Result]


def test_without_arguments_it_explains_itself(run: Run) -> None:
    assert "Usage: slipway" in run().output


@pytest.mark.parametrize("name", ["push", "status", "history", "invoke", "up", "demo", "drift"])
def test_every_command_explains_itself(run: Run, name: str) -> None:
    found = run(name, "--help")
    assert found.exit_code == 0
    assert f"slipway {name}" in found.output


def test_it_knows_its_version(run: Run) -> None:
    assert run("--version").output.strip()[0].isdigit()


def test_the_schema_is_the_manifest_s(run: Run) -> None:
    assert json.loads(run("schema").output) == schema()


def test_nothing_in_a_pipe_is_coloured_or_broken(tmp_path: Path) -> None:
    slipway = Path(sys.executable).with_name("slipway")
    done = subprocess.run(
        [slipway, "push", "Not_A_Name", "model.tar.gz"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "\x1b" not in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr
