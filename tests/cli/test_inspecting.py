"""`slipway inspect`: facts about a file, without a cloud."""

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

from slipway_cli.demo import hostile
from slipway_cli.failures import Exit
from typer.testing import Result

Run = Callable[..., Result]


def test_findings_are_told_with_their_remedy(run: Run, tmp_path: Path) -> None:
    found = run("inspect", str(hostile.command(tmp_path / "model.tar.gz", tmp_path / "owned")))
    assert found.exit_code == Exit.REFUSED
    assert found.stdout.split()[:2] == ["served", "no:"]
    assert "refuse: " in found.stdout
    assert "model.joblib" in found.stdout


def test_a_machine_gets_one_document(run: Run, tmp_path: Path) -> None:
    file = hostile.command(tmp_path / "model.tar.gz", tmp_path / "owned")
    document = json.loads(run("inspect", str(file), "--json").stdout)
    assert document["served"] is False
    assert document["members"][0]["name"] == "model.joblib"
    assert document["findings"][0]["grade"] == "refuse"


def test_what_is_no_archive_is_refused_with_what_helps(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "model.tar.gz"
    file.write_bytes(b"PK\x03\x04")
    found = run("inspect", str(file))
    assert found.exit_code == Exit.REFUSED
    assert "slipway push NAME FOLDER" in found.stderr


def test_what_would_be_served_is_said_first_and_ends_well(run: Run, tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m/model.txt").write_text("tree\nversion=v4\n")
    (tmp_path / "m/inference.py").write_text("def model_fn(model_dir): ...\n")
    (tmp_path / "m/requirements.txt").write_text("lightgbm==4.6.0\n")
    found = run("inspect", str(tmp_path / "m"))
    assert found.exit_code == 0
    assert "moved inference.py to code/inference.py" in found.stderr
    said = " ".join(found.stdout.partition("\n")[0].split())
    assert said.startswith("served yes: by sagemaker-scikit-learn:")
    assert said.endswith("if `slipway push` packs the wheels of lightgbm==4.6.0")


def network(path: Path, *operators: str) -> str:
    """An archive of an MXNet symbol whose operators follow each other."""
    nodes = [{"op": "null", "name": "data", "inputs": []}]
    nodes += [{"op": op, "name": op, "inputs": [[n, 0, 0]]} for n, op in enumerate(operators)]
    symbol = json.dumps({"nodes": nodes, "arg_nodes": [0], "heads": []}).encode()
    with tarfile.open(path, "w:gz") as archive:
        member = tarfile.TarInfo("model-symbol.json")
        member.size = len(symbol)
        archive.addfile(member, io.BytesIO(symbol))
    return str(path)


def test_a_network_is_drawn(run: Run, tmp_path: Path) -> None:
    file, picture = network(tmp_path / "model.tar.gz", "Convolution"), tmp_path / "network.svg"
    found = run("inspect", file, "--plot", str(picture))
    assert (found.exit_code, found.stderr) == (Exit.REFUSED, "")  # it has no script
    assert "mxnet" in found.stdout
    assert ">Convolution</text>" in picture.read_text("utf-8")


def test_what_has_no_network_says_so_and_draws_nothing(run: Run, tmp_path: Path) -> None:
    file = hostile.command(tmp_path / "model.tar.gz", tmp_path / "owned")
    found = run("inspect", str(file), "--plot", str(tmp_path / "network.svg"))
    assert found.exit_code == Exit.REFUSED
    assert "no picture: " in found.stderr
    assert "holds no graph" in found.stderr
    assert not (tmp_path / "network.svg").exists()
