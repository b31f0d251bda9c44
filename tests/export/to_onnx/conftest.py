"""Models to convert, and what converted ones answer without the project's own code."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnxruntime
from slipway.artifacts import inspect
from slipway_export.model import Model

from tests.export.conftest import packed


def load(files: Mapping[str, bytes]) -> Model:
    """Files by name, inspected as an upload is, and whatever that found."""
    return Model(inspect([packed(files)]), files)


def run(content: bytes, rows: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever numpy takes
    """The outputs of an ONNX file by name."""
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    (wanted,) = session.get_inputs()
    found = session.run(None, {wanted.name: np.asarray(rows, np.float32)})
    return dict(zip([output.name for output in session.get_outputs()], found, strict=True))
