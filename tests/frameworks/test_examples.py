"""The examples of your-model.md whose frameworks are large: trained, packed, served and asked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import yaml
from slipway_cli.example import RECIPES, make
from slipway_local.images.environments import Environments
from slipway_local.images.launcher import ProcessLauncher
from slipway_local.images.registry import family_of
from slipway_local.images.server import ProcessServer
from slipway_local.sagemaker.serving import Container, Health, Invocation

from tests.local.images.conftest import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = {
    "SAGEMAKER_PROGRAM": "inference.py",
    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
}


@pytest.mark.parametrize("name", ["pytorch", "tensorflow"])
def test_an_example_answers_its_own_probe(
    name: str, images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(REPOSITORY)
    recipe = RECIPES[name]
    python = Environments(images).provide(family_of(recipe.image).packages).python
    assert make(recipe, python, tmp_path).error < 5
    (probe,) = yaml.safe_load((tmp_path / "slipway.yaml").read_text())["probes"]
    archive = (tmp_path / "model.tar.gz").read_bytes()
    launcher = ProcessLauncher(tmp_path / "home", lambda _url: archive)
    (tmp_path / "home" / "images").symlink_to(images)
    container = Container(recipe.image, "s3://m/model.tar.gz", SCRIPT if recipe.code else {})
    server = launcher.launch(container)
    assert isinstance(server, ProcessServer)
    try:
        assert server.wait_started(240)
        assert (server.health(), server.failure()) == (Health.READY, "")
        accept = {"Accept": probe.get("accept", "text/csv"), "Content-Type": "text/csv"}
        reply = server.invoke(Invocation(probe["body"].encode(), accept), timeout=60)
    finally:
        server.stop()
    assert reply.status == 200
    assert 15 < float(re.findall(rb"\d+\.\d+", reply.body)[0]) < 40
