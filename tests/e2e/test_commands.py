"""The commands people type, against the deployed cloud."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


def test_the_aws_cli_uploads_a_model_and_asks_its_endpoint(
    slipway: Any, models: Any, tmp_path: Path
) -> None:
    if shutil.which("aws") is None:
        pytest.skip("the AWS CLI is not installed")
    assert slipway.release("typed", models.line()).verdict == "Released"
    body, reply = tmp_path / "row.csv", tmp_path / "reply"
    body.write_text("1,2")
    ask = ["aws", "sagemaker-runtime", "invoke-endpoint", "--endpoint-name", "slipway-typed"]
    content = ["--content-type", "text/csv", "--accept", "text/csv", "--body", f"fileb://{body}"]
    subprocess.run([*ask, *content, str(reply)], check=True, capture_output=True)
    assert float(reply.read_text().strip("[]")) == pytest.approx(5)


def test_a_model_is_pushed_asked_and_looked_at_by_commands(
    slipway: Any, models: Any, tmp_path: Path
) -> None:
    archive = slipway.archive(tmp_path / "model.tar.gz", models.line())
    pushed = command("push", "shell", str(archive), "--timeout", "60")
    assert "Announce (Released)" in pushed
    assert float(command("invoke", "shell", given="1,2").strip("[]\n")) == pytest.approx(5)
    status = json.loads(command("status", "shell", "--json"))
    assert (status["state"], status["endpoint"]["status"]) == ("Released", "InService")
    assert "Released" in command("status")
    assert "InspectArtifact" in command("history", "shell")
    assert "version 1 serves; a row of 2 zeros was answered" in command("sync", "shell")
    assert "POST /invocations 200" in command("logs", "shell")


def command(*arguments: str, given: str = "") -> str:
    """What `slipway` prints, in a process of its own and without a terminal."""
    slipway = Path(sys.executable).with_name("slipway")
    done = subprocess.run(
        [slipway, "--aws", *arguments], input=given, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
