"""`sam build` as the README says it: for AWS, with nothing on the PATH but the system's own."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("layer")

LAYERS = ("CoreLayer", "DriftLayer")
UNZIPPED_MB = 250  # of a function and all its layers; "Lambda quotas", AWS Lambda developer guide
AARCH64 = 183  # e_machine, ELF for the Arm 64-bit architecture
# What Python 3.13 on Amazon Linux 2023 for arm64 loads.
TAG = re.compile(r"^Tag: (py3|py2\.py3|cp\d+)-(none|abi3|cp313)-(any|.*manylinux.*aarch64)", re.M)
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", ".slipway", ".aws-sam", ".*_cache", "__pycache__", "tests"
)


@pytest.fixture(scope="module")
def built(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone, built by `sam build` of its .venv, where the PATH has no more than the system's."""
    clone = tmp_path_factory.mktemp("clone") / "slipway"
    shutil.copytree(repository, clone, ignore=LEFT_OUT)
    (clone / ".venv").symlink_to(Path(sys.prefix))
    subprocess.run(  # noqa: S603 - the README's own command
        [clone / ".venv/bin/sam", "build"], cwd=clone, check=True, capture_output=True, env=bare()
    )
    return clone / ".aws-sam" / "build"


def bare() -> dict[str, str]:
    """The environment without what somebody may have installed; pip's own settings stay."""
    python = Path(sys.executable).resolve().parent
    kept = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    return {**kept, "PATH": os.pathsep.join(map(str, (python, "/usr/bin", "/bin")))}


def wrong(layer: Path) -> list[str]:
    """What is in a layer and is not for Lambda's own Python and processor."""
    machines = {
        path: int.from_bytes(path.read_bytes()[18:20], "little") for path in layer.rglob("*.so*")
    }
    tags = {path: path.read_text() for path in layer.rglob("*.dist-info/WHEEL")}
    assert tags
    return [
        *(str(path) for path, machine in machines.items() if machine != AARCH64),
        *(str(path) for path, text in tags.items() if not TAG.search(text)),
    ]


def size_mb(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def test_it_builds_with_nothing_but_what_make_venv_installs(built: Path) -> None:
    assert (built / "template.yaml").exists()
    assert [layer for layer in LAYERS if wrong(built / layer)] == []


def test_the_layers_fit_into_a_function(built: Path) -> None:
    assert sum(size_mb(built / layer) for layer in LAYERS) <= UNZIPPED_MB


@pytest.mark.parametrize("layer", ["core", "drift"])
def test_it_builds_by_pip_where_there_is_no_uv(
    layer: str, repository: Path, tmp_path: Path
) -> None:
    script = repository / "layers" / layer / "build_layer.py"
    python = Path(sys.executable).resolve()  # not that of .venv, which has uv beside it
    asked = [python, "-m", "pip", "--version"]
    if subprocess.run(asked, capture_output=True, check=False).returncode:  # noqa: S603
        pytest.skip("this machine's Python has no pip")
    subprocess.run([python, script, tmp_path], check=True, capture_output=True, env=bare())  # noqa: S603
    assert wrong(tmp_path / "python") == []


def test_what_is_not_for_lambda_is_noticed(tmp_path: Path, build: Callable[..., Path]) -> None:
    assert wrong(build(tmp_path, "host"))
