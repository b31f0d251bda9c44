"""The layers as `sam build` makes them, built once for a benchmark's run."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from os import environ
from pathlib import Path
from tempfile import TemporaryDirectory

REPOSITORY = Path(__file__).parents[1]


@contextmanager
def built(name: str = "core", **settings: str) -> Iterator[Path]:
    """The folder of a layer; SLIPWAY_LAYER="host" makes it for this machine."""
    builder = REPOSITORY / "layers" / name / "build_layer.py"
    with TemporaryDirectory() as folder:
        environment: Mapping[str, str] = {**environ, **settings}
        subprocess.run([sys.executable, builder, folder], env=environment, check=True)
        yield Path(folder)


def functions() -> list[Path]:
    """The folder of each function."""
    return sorted(app.parent for app in (REPOSITORY / "functions").glob("*/app.py"))
