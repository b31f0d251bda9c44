"""`slipway export`: a model leaves the prompt as files, with a proof or not at all."""

import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import pytest
from moto import mock_aws
from slipway_cli import commands
from slipway_cli.demo import hostile
from slipway_cli.failures import Exit
from typer.testing import Result

from tests.export.conftest import fixtures, packed
from tests.local.images.conftest import MXNetFiles

Run = Callable[..., Result]
CENTRES = MXNetFiles.arrays([np.eye(3, 2, dtype=np.float32)])
BOOSTER = fixtures("xgboost-0.90")["squared.bin"]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "model.tar.gz"
    path.write_bytes(packed({"model_algo-1": CENTRES}))
    return path


def test_files_are_written_and_told_with_their_proof(
    run: Run, archive: Path, tmp_path: Path
) -> None:
    found = run("export", str(archive), "--to", "native", "-o", str(tmp_path / "out"))
    assert found.exit_code == 0
    assert " apart on 128 inputs" in found.stdout
    assert "model.npz" in found.stdout
    card = json.loads((tmp_path / "out" / "card.json").read_bytes())
    assert card["algorithm"] == "K-Means"


def test_a_machine_gets_one_document(run: Run, archive: Path) -> None:
    found = run("export", str(archive), "--to", "native", "-o", "out", "--json")
    document = json.loads(found.stdout)
    assert document["files"].keys() == {"model.npz", "card.json"}
    assert document["proof"]["inputs"] == 128
    assert document["proof"]["largest_difference"] < 1e-6
    assert document["kind"] == "kmeans"


def test_a_folder_with_files_is_left_alone_but_by_force(run: Run, archive: Path) -> None:
    Path("out").mkdir()
    Path("out/mine").write_text("1")
    arguments = ("export", str(archive), "--to", "native", "-o", "out")
    found = run(*arguments)
    assert found.exit_code == Exit.REFUSED
    assert "--force" in found.stderr
    assert not Path("out/model.npz").exists()
    assert run(*arguments, "--force").exit_code == 0
    assert sorted(path.name for path in Path("out").iterdir()) == [
        "card.json",
        "mine",
        "model.npz",
    ]


def test_an_unsafe_artifact_is_refused_and_nothing_written(run: Run, tmp_path: Path) -> None:
    file = hostile.command(tmp_path / "model.tar.gz", tmp_path / "owned")
    for target in ("native", "onnx"):
        found = run("export", str(file), "--to", target, "-o", "out")
        assert found.exit_code == Exit.REFUSED
        assert "model.joblib" in found.stderr
    assert not Path("out").exists()
    assert not (tmp_path / "owned").exists()


def test_a_model_file_alone_is_refused_with_what_helps(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "xgboost-model"
    file.write_bytes(BOOSTER)
    found = run("export", str(file), "--to", "native", "-o", "out")
    assert found.exit_code == Exit.REFUSED
    assert "tar -czf" in found.stderr


def test_a_file_that_is_not_there_is_a_mistake_of_usage(run: Run) -> None:
    found = run("export", "nowhere.tar.gz", "--to", "native", "-o", "out")
    assert found.exit_code == Exit.USAGE
    assert "nowhere.tar.gz" in found.stderr


def test_an_object_of_s3_is_exported_too(run: Run, archive: Path) -> None:
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        patch.delenv("AWS_ENDPOINT_URL")
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="models")
        client.upload_file(str(archive), "models", "a/model.tar.gz")
        patch.setenv("AWS_REGION", "us-east-1")
        found = run("export", "s3://models/a/model.tar.gz", "--to", "native", "-o", "out")
    assert found.exit_code == 0, found.stderr
    assert Path("out/model.npz").exists()


def test_a_missing_extra_is_named_with_its_command(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without(name: str) -> Any:
        if name == "slipway_cli.exporting":
            raise ModuleNotFoundError("No module named 'numpy'", name="numpy")
        return import_module(name)

    monkeypatch.setattr(commands, "import_module", without)
    found = run("export", "model.tar.gz", "--to", "native", "-o", "out")
    assert found.exit_code == Exit.USAGE
    assert "pip install 'slipway[export]'" in found.stderr
