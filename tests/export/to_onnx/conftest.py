"""Models to convert: what an archive's inspection says, and the archive's members."""

from __future__ import annotations

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
def load(pack: Callable[[Mapping[str, bytes]], bytes]) -> Load:
    """Files by name, packed and inspected, but never refused here."""
    return lambda files: Model(inspect([pack(files)]), files)


@pytest.fixture(scope="session")
def run() -> Run:
    """The outputs of an ONNX file by name, without the project's own code."""

    def answer(content: bytes, rows: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever numpy takes
        session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
        (wanted,) = session.get_inputs()
        found = session.run(None, {wanted.name: np.asarray(rows, np.float32)})
        return dict(zip([output.name for output in session.get_outputs()], found, strict=True))

    return answer
