"""What onnxruntime answers."""

from typing import Any, Final

import onnxruntime  # type: ignore[import-untyped]  # it ships no types

from slipway_export.model import Array, ExportRefused

_ERRORS_ONLY: Final = 3


def answers(content: bytes, rows: Array) -> dict[str, Array]:
    """The outputs of a file with one input, by name. Raises ExportRefused where it fails."""
    options: Any = onnxruntime.SessionOptions()
    options.log_severity_level = _ERRORS_ONLY
    try:
        session = onnxruntime.InferenceSession(content, options, ["CPUExecutionProvider"])
        found = session.run(None, {session.get_inputs()[0].name: rows})
    except Exception as error:
        raise ExportRefused(f"onnxruntime does not run the export: {error}") from error
    return dict(zip((output.name for output in session.get_outputs()), found, strict=True))
