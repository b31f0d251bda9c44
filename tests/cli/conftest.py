"""The command as a shell runs it: its output, its exit code, and nothing of the caller's clouds."""

from collections.abc import Callable
from pathlib import Path

import pytest
from slipway_cli.main import app
from typer.testing import CliRunner, Result

NOWHERE = {
    "AWS_ACCESS_KEY_ID": "nobody",
    "AWS_SECRET_ACCESS_KEY": "nothing",
    "AWS_REGION": "eu-west-1",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",  # the discard port: nobody listens
    "AWS_MAX_ATTEMPTS": "1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """`run("push", ...)`: what the command prints and leaves with, where no cloud answers."""
    monkeypatch.chdir(tmp_path)
    for name, value in NOWHERE.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    return lambda *arguments, **given: CliRunner().invoke(app, list(arguments), **given)
