"""What is compared with the frameworks themselves: run by name only, since they are large."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from slipway_local.images.environments import Environments
from slipway_local.images.installing import EnvironmentFailed

from tests.local.images.conftest import dock, images, inside, mxnet_files
from tests.local.serving import running

__all__ = ["dock", "images", "inside", "mxnet_files", "running"]

MXNET = ("mxnet==1.9.1", "numpy==1.23.5", "setuptools==65.5.0")


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    """Leave these out but where they are asked for: `pytest tests/frameworks`."""
    asked = any("frameworks" in argument for argument in config.invocation_params.args)
    return None if asked else True


Run = Callable[[str], Path]


@pytest.fixture(scope="session")
def mxnet(images: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run a program with MXNet 1.9.1; the folder that it ran in."""
    return programs(images, tmp_path_factory, MXNET, "mxnet")


@pytest.fixture(scope="session")
def gluoncv(images: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run a program with Gluon CV on MXNet 1.9.1; the folder that it ran in."""
    return programs(images, tmp_path_factory, (*MXNET, "gluoncv==0.10.5"), "gluoncv")


def programs(
    images: Path, folders: pytest.TempPathFactory, packages: tuple[str, ...], module: str
) -> Run:
    """What runs programs with these packages; skips the test where the module does not import."""
    try:
        environment = Environments(images).provide(packages)
    except EnvironmentFailed as error:
        pytest.skip(f"{module} does not install here: {error}")
    if environment.substitutions:
        pytest.skip(f"{module} runs on an older Python only: {environment.substitutions}")

    def run(program: str) -> Path:
        folder = folders.mktemp(module)
        command = [environment.python, "-I", "-W", "ignore", "-c", program]
        subprocess.run(command, cwd=folder, check=True)  # noqa: S603 - our own programs
        return folder

    try:
        run(f"import {module}")
    except subprocess.CalledProcessError:
        pytest.skip(f"{module} does not import here: see above for the library that it misses")
    return run


@pytest.fixture
def figures(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Tell what was measured, in the output and in the report."""

    def tell(**measured: Any) -> None:  # noqa: ANN401
        for name, value in measured.items():
            record_property(name, value)
        print(json.dumps(measured))  # noqa: T201 - this is what the command is run for

    return tell
