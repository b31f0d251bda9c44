"""Artifacts to inspect: packed in memory, or real ones where the shared folder exists."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("artifacts", deadline=None)  # a busy machine is no failure
settings.load_profile("artifacts")

Pack = Callable[..., bytes]
_REAL = Path(__file__).parents[3] / "shared" / "data" / "artifacts"


@pytest.fixture(scope="session")
def pack() -> Pack:
    """Files by name -> the bytes of a model.tar.gz."""

    def make(files: dict[str, bytes], *, form: int = tarfile.PAX_FORMAT) -> bytes:
        tar = io.BytesIO()
        with tarfile.open(fileobj=tar, mode="w", format=form) as archive:
            for name, data in files.items():
                header = tarfile.TarInfo(name)
                header.size = len(data)
                archive.addfile(header, io.BytesIO(data))
        return gzip.compress(tar.getvalue(), mtime=0)

    return make


@pytest.fixture(scope="session")
def real() -> Callable[[str], bytes]:
    """The bytes of a real file; the test is skipped where the folder is absent."""

    def read(name: str) -> bytes:
        path = _REAL / name
        if not path.exists():
            pytest.skip(f"no real artifacts beside the repository: {name}")
        return path.read_bytes()

    return read
