"""Default inference scripts, for artifacts that bring none, packed as SageMaker expects them.

The scikit-learn and framework XGBoost containers have no default `model_fn`: without a script
they cannot load a model. LightGBM and CatBoost, which SageMaker has no image for, are served in
scikit-learn's, and brought by a requirements.txt beside their script.
"""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PROGRAM = "inference.py"
_ROWS = ("sklearn_inference.py",)
# What each is packed with beside itself, and what its image lacks.
_BESIDE: Mapping[str, tuple[str, ...]] = {
    "sklearn": (),
    "xgboost": (),
    "lightgbm": _ROWS,
    "catboost": _ROWS,
}
_REQUIREMENTS: Mapping[str, str] = {"lightgbm": "lightgbm==4.6.0", "catboost": "catboost==1.2.8"}
NAMES = tuple(_BESIDE)
# After a script's name: what the archive pins is installed, too, from where the container has it.
WITH_REQUIREMENTS = "+requirements"
ARCHIVE_REQUIREMENTS = "-r /opt/ml/model/code/requirements.txt"


def read_script(name: str) -> bytes:
    """The source of the default script of a kind in NAMES."""
    return _read(f"{name}_inference.py")


def pack_script(name: str) -> bytes:
    """sourcedir.tar.gz with that script as inference.py: the same bytes every time.

    `name` is one of NAMES, or one with WITH_REQUIREMENTS behind it.
    """
    name, pinned, _ = name.partition(WITH_REQUIREMENTS)
    files = {PROGRAM: read_script(name), **{each: _read(each) for each in _BESIDE[name]}}
    wanted = [_REQUIREMENTS.get(name), ARCHIVE_REQUIREMENTS if pinned else None]
    if any(wanted):
        files["requirements.txt"] = "".join(f"{line}\n" for line in wanted if line).encode()
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for file, content in files.items():
            header = tarfile.TarInfo(file)
            header.size = len(content)
            archive.addfile(header, io.BytesIO(content))
    return gzip.compress(tar.getvalue(), mtime=0)


def _read(file: str) -> bytes:
    return (Path(__file__).parent / file).read_bytes()
