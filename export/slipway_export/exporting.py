"""One export from a model to proven files: the converter of its kind, and the proof it brings."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module

import numpy as np

from slipway_export.model import EXACT, Converter, ExportRefused, Model, Tolerance


@dataclass(frozen=True, slots=True)
class Exported:
    """Files that predict what their original predicts, and how that is known.

    `inputs` and `furthest` are None where the files are the original's own bytes. `of` is what the
    inputs are, and `tolerance` is empty where nothing may differ.
    """

    files: Mapping[str, bytes]
    note: str
    inputs: int | None = None
    furthest: float | None = None
    of: str = ""
    tolerance: str = ""

    @property
    def proof(self) -> str:
        """How the files are known to predict the same, in one line."""
        if self.inputs is None:
            return "as it is"
        if not self.tolerance:
            return f"equal to the last bit: {self.inputs} {self.of}"
        apart = f"at most {self.furthest:.2g} apart on {self.inputs} {self.of}"
        return f"{apart}; {self.tolerance} allowed"


def export(model: Model, target: str) -> Exported:
    """Convert a model and hold the outcome against the original.

    Raises ExportRefused where its kind has no such form, or where the two predict otherwise.
    """
    converters = _converters(target)
    kind = model.inspection.kind
    if kind not in converters:
        known = ", ".join(sorted(converters))
        raise ExportRefused(
            f"its kind, {kind}, has no {target} form that is exact; {known} have one"
        )
    with np.errstate(all="ignore"):  # what a model computes is its own affair
        return _proven(converters[kind], model)


def _proven(convert: Converter, model: Model) -> Exported:
    try:
        made = convert(model)
    except (MemoryError, RecursionError) as error:
        raise ExportRefused(f"it asks for too much: {type(error).__name__}") from error
    if made.proof is None:
        return Exported(made.files, made.note)
    proof = made.proof
    return Exported(
        made.files,
        made.note,
        len(proof.inputs),
        proof.furthest(),
        proof.of,
        _said(proof.tolerance),
    )


def _said(limits: Tolerance) -> str:
    """A tolerance in words; nothing where there is none."""
    if limits == EXACT:
        return ""
    return f"{limits.absolute:g} + {limits.relative:g} of the value"


def _converters(target: str) -> Mapping[str, Converter]:
    """The table of a target, imported when it is asked for: each brings libraries of its own."""
    if target == "onnx":
        found: Mapping[str, Converter] = import_module("slipway_export.to_onnx").ONNX
        return found
    from slipway_export.native import NATIVE

    return NATIVE
