"""What a script's requirements.txt may ask for."""

from pathlib import Path

import pytest
from slipway_local.images.folders import FolderRefused
from slipway_local.images.requirements import Wanted, read_requirements


def test_slipway_s_default_script_brings_what_the_archive_pins(tmp_path: Path) -> None:
    for name, text in {
        "code/requirements.txt": "lightgbm==4.6.0\n-r /opt/ml/model/code/requirements.txt\n",
        "model/code/requirements.txt": "category_encoders==2.9.0  # of the archive\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text)
    wanted = read_requirements(tmp_path / "code")
    assert wanted.lines == ("lightgbm==4.6.0", "category_encoders==2.9.0")


def test_no_file_asks_for_nothing(tmp_path: Path) -> None:
    assert read_requirements(tmp_path) == Wanted()


def test_names_and_versions_are_read(tmp_path: Path) -> None:
    lines = [
        "# what the script needs",
        "joblib",
        "  pandas>=1.5,<3  # frames",
        "lightgbm == 4.1.0",
        "uvicorn[standard]~=0.30",
        'tomli!=2.0.0; python_version < "3.11"',
        "",
    ]
    (tmp_path / "requirements.txt").write_text("\n".join(lines))
    assert read_requirements(tmp_path).lines == (
        "joblib",
        "pandas>=1.5,<3",
        "lightgbm == 4.1.0",
        "uvicorn[standard]~=0.30",
        'tomli!=2.0.0; python_version < "3.11"',
    )


@pytest.mark.parametrize(
    "line",
    [
        "-r other.txt",
        "--index-url https://example.com",
        "-e .",
        ".",
        "./wheel.whl",
        "/etc/passwd",
        "https://example.com/x.whl",
        "git+https://example.com/x",
        "x @ https://example.com/x.whl",
        "x; python_version > '3' @ https://example.com",
        "x --config-settings=a",
        "x\\",
    ],
)
def test_what_could_run_code_or_read_files_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "requirements.txt").write_text(line)
    with pytest.raises(FolderRefused, match="no options, URLs or paths"):
        read_requirements(tmp_path)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(FolderRefused, match="not UTF-8"):
        read_requirements(tmp_path)


def test_an_isolated_container_asks_no_index(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("six\n")
    assert read_requirements(tmp_path, isolated=True) == Wanted(("six",), None, index=False)


def test_vendored_wheels_are_asked_instead_of_the_index(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("--no-index\n--find-links wheels\nsix==1.16.0\n")
    assert read_requirements(tmp_path) == Wanted(("six==1.16.0",), tmp_path / "wheels", index=False)


def test_half_of_what_vendoring_says_is_an_option(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("--find-links /etc\nsix\n")
    with pytest.raises(FolderRefused, match="--find-links"):
        read_requirements(tmp_path)
