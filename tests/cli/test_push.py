"""What `push` refuses before it uploads anything."""

import tarfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from slipway_cli.demo import hostile
from slipway_cli.failures import Exit
from typer.testing import Result

Run = Callable[..., Result]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A clean archive of a file that nobody knows."""
    file = tmp_path / "model.tar.gz"
    with tarfile.open(file, "w:gz") as packed:
        member = tarfile.TarInfo("notes.txt")
        member.size = 5
        packed.addfile(member, BytesIO(b"hello"))
    return file


@pytest.mark.parametrize("name", ["Housing", "a_b", "-a", "a" * 33, "../x"])
def test_a_name_that_cannot_be_a_deployment_s(run: Run, archive: Path, name: str) -> None:
    found = run("push", "--", name, str(archive))
    assert found.exit_code == Exit.USAGE
    assert "use 1 to 32 lower-case letters" in found.stderr


def test_nothing_to_push(run: Run) -> None:
    found = run("push", "housing")
    assert found.exit_code == Exit.USAGE
    assert "--manifest" in found.stderr


def test_a_file_that_is_not_there(run: Run) -> None:
    found = run("push", "housing", "nowhere.tar.gz")
    assert found.exit_code == Exit.USAGE
    assert "nowhere.tar.gz: no such file" in found.stderr


def test_a_manifest_with_an_unknown_key(run: Run, tmp_path: Path) -> None:
    manifest = tmp_path / "slipway.yaml"
    manifest.write_text("aproval: manual")
    found = run("push", "housing", "--manifest", str(manifest))
    assert found.exit_code == Exit.USAGE
    assert "aproval: unknown key" in found.stderr


def test_an_archive_that_climbs_out_of_its_folder(run: Run, tmp_path: Path) -> None:
    found = run("push", "housing", str(hostile.traversal(tmp_path / "model.tar.gz")))
    assert found.exit_code == Exit.REFUSED
    assert "climbs out of the folder" in found.stderr


def test_a_pickle_that_runs_a_command(run: Run, tmp_path: Path) -> None:
    marker = tmp_path / "owned"
    found = run("push", "housing", str(hostile.command(tmp_path / "model.tar.gz", marker)))
    assert found.exit_code == Exit.REFUSED
    assert "system" in found.stderr
    assert not marker.exists()
