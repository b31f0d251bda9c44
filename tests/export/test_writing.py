"""Files into a folder, all or none."""

from pathlib import Path

import pytest
from slipway_export.model import ExportRefused
from slipway_export.writing import check, write

FILES = {"model.json": b"{}", "variables/part-0": b"\0"}


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_new_folder_gets_all_files(tmp_path: Path) -> None:
    write(FILES, tmp_path / "deep" / "out")
    assert contents(tmp_path) == {f"deep/out/{name}": held for name, held in FILES.items()}


def test_an_empty_folder_is_as_good_as_none(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    write(FILES, folder)
    assert contents(folder) == FILES
    assert folder.stat().st_mode & 0o500 == 0o500


def test_a_folder_with_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").write_bytes(b"1")
    with pytest.raises(ExportRefused, match="--force"):
        write(FILES, tmp_path)
    with pytest.raises(ExportRefused, match="--force"):
        check(tmp_path)
    assert contents(tmp_path) == {"mine": b"1"}


def test_force_replaces_its_own_names_and_keeps_others(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "mine").write_bytes(b"1")
    (folder / "model.json").write_bytes(b"old")
    write(FILES, folder, force=True)
    assert contents(tmp_path) == {
        "out/mine": b"1",
        **{f"out/{name}": held for name, held in FILES.items()},
    }


def test_nothing_is_left_of_a_write_that_fails(tmp_path: Path) -> None:
    clash = {"a": b"1", "a/b": b"2"}
    with pytest.raises(OSError, match="a"):
        write(clash, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
