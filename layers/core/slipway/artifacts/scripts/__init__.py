"""Default inference scripts, for artifacts that bring none, packed as SageMaker expects them.

The scikit-learn and framework XGBoost containers have no default `model_fn`: without a script
they cannot load a model. Each script here has that one function and leaves the rest to the
container's defaults.
"""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

PROGRAM = "inference.py"
NAMES = ("sklearn", "xgboost")


def read_script(name: str) -> bytes:
    """The source of the default script of a kind in NAMES."""
    return (Path(__file__).parent / f"{name}_inference.py").read_bytes()


def pack_script(name: str) -> bytes:
    """sourcedir.tar.gz with that script as inference.py: the same bytes every time."""
    source = read_script(name)
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        header = tarfile.TarInfo(PROGRAM)
        header.size = len(source)
        archive.addfile(header, io.BytesIO(source))
    return gzip.compress(tar.getvalue(), mtime=0)
