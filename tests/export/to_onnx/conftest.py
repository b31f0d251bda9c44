"""Models to convert: what an archive's inspection says, and the archive's members."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import onnxruntime
import pytest
from slipway.artifacts import inspect
from slipway_export.model import Model

Load = Callable[[Mapping[str, bytes]], Model]
Run = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def load() -> Load:
    """Files by name, packed and inspected as an upload is."""

    def read(files: Mapping[str, bytes]) -> Model:
        tar = io.BytesIO()
        with tarfile.open(fileobj=tar, mode="w") as archive:
            for name, content in files.items():
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
        return Model(inspect([gzip.compress(tar.getvalue(), mtime=0)]), files)

    return read


@pytest.fixture(scope="session")
def run() -> Run:
    """The outputs of an ONNX file by name, without the project's own code."""

    def answer(content: bytes, rows: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever numpy takes
        session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
        (wanted,) = session.get_inputs()
        found = session.run(None, {wanted.name: np.asarray(rows, np.float32)})
        return dict(zip([output.name for output in session.get_outputs()], found, strict=True))

    return answer
