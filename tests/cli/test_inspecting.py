"""`slipway inspect`: facts about a file, without a cloud."""

import json
from collections.abc import Callable
from pathlib import Path

from slipway_cli.demo import hostile
from slipway_cli.failures import Exit
from typer.testing import Result

Run = Callable[..., Result]


def test_findings_are_told_with_their_remedy(run: Run, tmp_path: Path) -> None:
    found = run("inspect", str(hostile.command(tmp_path / "model.tar.gz", tmp_path / "owned")))
    assert found.exit_code == 0
    assert "refuse: " in found.stdout
    assert "model.joblib" in found.stdout


def test_a_machine_gets_one_document(run: Run, tmp_path: Path) -> None:
    file = hostile.command(tmp_path / "model.tar.gz", tmp_path / "owned")
    document = json.loads(run("inspect", str(file), "--json").stdout)
    assert document["members"][0]["name"] == "model.joblib"
    assert document["findings"][0]["grade"] == "refuse"


def test_what_is_no_archive_is_refused_with_what_helps(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "model.tar.gz"
    file.write_bytes(b"PK\x03\x04")
    found = run("inspect", str(file))
    assert found.exit_code == Exit.REFUSED
    assert "tar -czf" in found.stderr
