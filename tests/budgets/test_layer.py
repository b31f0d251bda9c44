"""The layer as it is shipped: small, whole, compiled, and the same each time."""

import hashlib
import importlib.util
import re
import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = pytest.mark.xdist_group("layer")

ZIPPED_MB = 12
AARCH64 = 183  # e_machine, ELF for the Arm 64-bit architecture
UNCHECKED_HASH = 0b01  # the flags of a .pyc, PEP 552
PIN = re.compile(r"^([a-z0-9-]+==[^ ;]+)", re.MULTILINE)


@pytest.fixture(scope="session")
def shipped(build: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The layer for AWS."""
    return build(tmp_path_factory.mktemp("shipped"), "")


@pytest.fixture(scope="session")
def build_layer(repository: Path) -> ModuleType:
    path = repository / "layers/core/build_layer.py"
    spec = importlib.util.spec_from_file_location("build_layer", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def test_the_layer_is_small(layer: Path, tmp_path: Path) -> None:
    archive = tmp_path / "layer.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in layer.rglob("*"):
            packed.write(path, path.relative_to(layer.parent))
    assert archive.stat().st_size <= ZIPPED_MB * 1_000_000


def test_every_module_is_compiled_and_its_time_stamp_ignored(layer: Path) -> None:
    for source in layer.rglob("*.py"):
        (compiled,) = source.parent.glob(f"__pycache__/{source.stem}.*.pyc")
        assert int.from_bytes(compiled.read_bytes()[4:8], "little") == UNCHECKED_HASH, source


def test_compiling_twice_gives_the_same_bytes(
    layer: Path, build_layer: ModuleType, tmp_path: Path
) -> None:
    for package in ("slipway", "yaml"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(layer / package, tmp_path / package, ignore=ignored)
        build_layer.compile_all(tmp_path, sys.executable)
        assert digests(tmp_path / package) == digests(layer / package)


def test_what_is_shipped_runs_on_arm(shipped: Path) -> None:
    extensions = list(shipped.rglob("*.so"))
    assert extensions
    for path in extensions:
        assert int.from_bytes(path.read_bytes()[18:20], "little") == AARCH64, path
        assert "cpython-313" in path.name or "abi3" in path.name


def test_what_is_shipped_is_the_package_itself(shipped: Path, repository: Path) -> None:
    source = repository / "layers/core/slipway"
    for path in source.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            copy = shipped / "slipway" / path.relative_to(source)
            assert copy.read_bytes() == path.read_bytes()


def test_the_api_models_are_those_the_adapters_use(
    layer: Path, repository: Path, build_layer: ModuleType
) -> None:
    adapters = (repository / "layers/core/slipway/adapters").glob("*.py")
    code = "".join(path.read_text() for path in adapters)
    used = set(re.findall(r"\.client\(\s*\"([a-z0-9-]+)\"", code))
    assert used == build_layer.SERVICES
    assert {path.name for path in (layer / "botocore/data").iterdir() if path.is_dir()} == used


def test_a_build_without_the_runtimes_python_says_so(
    build_layer: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    build_layer.compile_all(tmp_path, None)
    assert "WARNING: there is no Python 3.13" in capsys.readouterr().err


def test_the_layer_holds_the_versions_that_the_tests_run_with(repository: Path) -> None:
    shipped = set(PIN.findall((repository / "layers/core/requirements.txt").read_text()))
    tested = set(PIN.findall((repository / "requirements/dev.txt").read_text()))
    assert shipped
    assert shipped <= tested
