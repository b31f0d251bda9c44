"""What onnxruntime answers."""

from collections.abc import Callable
from typing import Any, Final

import onnxruntime  # type: ignore[import-untyped]  # it ships no types

from slipway_export.model import Array, ExportRefused

_ERRORS_ONLY: Final = 3


def opened(content: bytes) -> Callable[[Array], dict[str, Array]]:
    """A file with one input, as a function to its outputs by name.

    Both raise ExportRefused where onnxruntime fails.
    """
    options: Any = onnxruntime.SessionOptions()
    options.log_severity_level = _ERRORS_ONLY
    session = _tried(lambda: onnxruntime.InferenceSession(content, options, _ON_CPU))
    names = [output.name for output in session.get_outputs()]

    def answer(rows: Array) -> dict[str, Array]:
        found = _tried(lambda: session.run(names, {session.get_inputs()[0].name: rows}))
        return dict(zip(names, found, strict=True))

    return answer


_ON_CPU: Final = ("CPUExecutionProvider",)


def _tried(act: Callable[[], Any]) -> Any:  # noqa: ANN401 - of a library without types
    try:
        return act()
    except Exception as error:
        raise ExportRefused(f"onnxruntime does not run the export: {error}") from error
