"""The analyzer's datasets and baselines."""

import io
from pathlib import Path

import pytest
from slipway_local.images.slipway_container.monitor.analysis_data import (
    files_of,
    read_baseline,
    read_rows,
)
from slipway_local.images.slipway_container.monitor.analysis_settings import AnalysisSettings


def test_a_folder_is_all_its_files_by_name(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("c", "b/z", "a"):
        (tmp_path / name).touch()
    assert files_of(tmp_path) == [tmp_path / "a", tmp_path / "b/z", tmp_path / "c"]
    assert files_of(tmp_path / "a") == [tmp_path / "a"]
    assert files_of(tmp_path / "none") == []


@pytest.mark.parametrize(
    ("kind", "options", "content"),
    [
        ("csv", {}, b"x\n1\n2\n"),
        ("csv", {"header": False}, b"1\n2\n"),
        ("json", {}, b'{"x": 1}\n{"x": 2}\n'),
        ("json", {"line": False}, b'[{"x": 1}, {"x": 2}]'),
    ],
)
def test_rows_are_read_as_the_format_says_whatever_the_name(
    kind: str, options: dict[str, object], content: bytes
) -> None:
    settings = AnalysisSettings(Path(), Path(), kind, options)
    [batch] = read_rows(settings, io.BytesIO(content), "part-0000")
    assert batch.frame.rows() == [("1",), ("2",)]


def test_a_baseline_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "constraints.json").write_bytes(b"{}")
    assert read_baseline(tmp_path / "constraints.json") == b"{}"
    with pytest.raises(ValueError, match=r"statistics\.json cannot be read: No such file"):
        read_baseline(tmp_path / "statistics.json")
