"""The core layer as its own Makefile builds it, and code run on it alone."""

import compileall
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
CORE = REPOSITORY / "layers/core"


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


@pytest.fixture(scope="session")
def build() -> Callable[..., Path]:
    """Build the layer into a folder, as `sam build` does; `SLIPWAY_LAYER` is set to `kind`."""

    def building(folder: Path, kind: str) -> Path:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        subprocess.run(  # noqa: S603 - the Makefile of this repository
            ["make", "--silent", "build-CoreLayer", f"ARTIFACTS_DIR={folder}"],  # noqa: S607 - as SAM calls it
            cwd=CORE,
            check=True,
            capture_output=True,
            env={**os.environ, "PATH": path, "SLIPWAY_LAYER": kind},
        )
        return folder / "python"

    return building


@pytest.fixture(scope="session")
def layer(build: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The layer for this interpreter, byte-code included."""
    return build(tmp_path_factory.mktemp("layer"), "host")


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of the drift layer, compiled, without what it needs to compute."""
    folder = tmp_path_factory.mktemp("drift")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(
        REPOSITORY / "layers/drift/slipway_drift", folder / "slipway_drift", ignore=ignored
    )
    compileall.compile_dir(folder, quiet=1)
    return folder


@pytest.fixture(scope="session")
def run(layer: Path) -> Callable[..., str]:
    """Run code in a new interpreter that finds the layer, the given folders and nothing else."""

    def running(code: str, *folders: Path) -> str:
        search = os.pathsep.join(str(folder) for folder in (layer, *folders))
        answer = subprocess.run(  # noqa: S603 - this interpreter, with the code of these tests
            [sys.executable, "-S", "-B", "-c", code],
            env={"PYTHONPATH": search},
            check=True,
            capture_output=True,
            text=True,
        )
        return answer.stdout

    return running
