"""Artifacts to export: packed in memory, real ones where the shared folder exists, and what five
versions of XGBoost and PyTorch saved (make_xgboost.py, make_torch.py)."""

import gzip
import io
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from slipway_export.model import Array, Model
from slipway_export.reading import read

Files = Mapping[str, bytes]
_HERE = Path(__file__).parent
_REAL = _HERE.parents[2] / "shared" / "data" / "artifacts"


def packed(files: Files) -> bytes:
    """The bytes of a model.tar.gz."""
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        for name, content in files.items():
            header = tarfile.TarInfo(name)
            header.size = len(content)
            archive.addfile(header, io.BytesIO(content))
    return gzip.compress(tar.getvalue(), mtime=0)


def model(files: Files) -> Model:
    """The model that the command reads out of an archive of these files."""
    return read(io.BytesIO(packed(files)))


@pytest.fixture(scope="session")
def real() -> Callable[[str], bytes]:
    """The bytes of a real file; the test is skipped where the folder is absent."""

    def content(name: str) -> bytes:
        path = _REAL / name
        if not path.exists():
            pytest.skip(f"no real artifacts beside the repository: {name}")
        return path.read_bytes()

    return content


def fixtures(name: str) -> dict[str, bytes]:
    """What make_xgboost.py or make_torch.py saved with one version of a library, by file name."""
    with tarfile.open(_HERE / "fixtures" / f"{name}.tar.xz") as packed:
        return {
            member.name: opened.read()
            for member in packed
            if (opened := packed.extractfile(member)) is not None
        }


def array(content: bytes) -> Array:
    """An array out of a .npy file's bytes."""
    return np.asarray(np.load(io.BytesIO(content), allow_pickle=False))
