"""scikit-learn's models as ONNX through skl2onnx, which must load them: in the sandbox alone."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np

from slipway_export.model import Array, Export, ExportRefused, Model, Tolerance
from slipway_export.reading import SERVING
from slipway_export.sandbox import run
from slipway_export.to_onnx.graphs import adopted
from slipway_export.to_onnx.proofs import prove
from slipway_export.to_onnx.runtime import opened

_PROGRAM: Final = Path(__file__).with_name("confined") / "scikit_learn.py"
_TOLERANCE: Final = Tolerance(relative=1e-4, absolute=1e-5)


@dataclass(frozen=True, slots=True)
class _Converted:
    """What the sandbox leaves: a file, rows, the model's own answers to them, facts."""

    content: bytes
    rows: Array
    answers: tuple[Array, ...]
    facts: Mapping[str, Any]


def convert(model: Model) -> Export:
    """`data` (rows, features) to what skl2onnx calls the outputs; probabilities as a matrix.

    Numbers are float32, as skl2onnx recommends; where the export would then predict otherwise, it
    is tried in float64.
    """
    _trusted(model)
    export = _export(model, "float32")
    try:
        assert export.proof is not None  # noqa: S101 - see _export
        export.proof.furthest()
    except ExportRefused as otherwise:
        try:
            return _export(model, "float64")
        except ExportRefused:
            raise otherwise from None
    return export


def _trusted(model: Model) -> None:
    """ExportRefused but for the very bytes that an inspection found harmless."""
    inspection, digest = model.inspection, sha256(model.content).hexdigest()
    inspected = {member.name: member.sha256 for member in inspection.members}
    refused = any(
        each.grade == "refuse" and each.rule not in SERVING for each in inspection.findings
    )
    if refused or inspection.waits or inspected.get(inspection.model_file) != digest:
        raise ExportRefused("it must be loaded to be converted, and its inspection forbids that")


def _export(model: Model, kind: str) -> Export:
    made = _converted(model, kind)
    content = adopted(made.content, model)
    answer = opened(content)
    given = answer(made.rows)
    methods = made.facts["methods"]
    if len(given) != len(methods):
        raise ExportRefused(f"skl2onnx gives {list(given)}, of which only {methods} can be proven")
    expected = {
        name: _alike(ours, theirs)
        for (name, theirs), ours in zip(given.items(), made.answers, strict=True)
    }
    note = _note(model, made.facts, kind)
    return Export({"model.onnx": content}, prove(made.rows, expected, answer, _TOLERANCE), note)


def _alike(ours: Array, theirs: Array) -> Array:
    """The model's answer in the form of the export's, which may score both of two classes.

    Which of the two it scores first depends on the estimator; they are opposites.
    """
    if ours.ndim == 1 and ours.dtype.kind == "f" and theirs.shape == (len(ours), 2):
        both = np.stack([-ours, ours], axis=1)
        return both if np.sum(both * theirs) > 0 else -both
    return ours


def _converted(model: Model, kind: str) -> _Converted:
    counted = str(int(model.inspection.details.get("n_features") or 0))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "model").write_bytes(model.content)
        run(_PROGRAM, folder, arguments=(kind, counted))
        try:
            facts = json.loads((folder / "facts.json").read_bytes())
            arrays = [np.load(folder / f"{i}.npy") for i in range(len(facts["methods"]))]
            rows = np.load(folder / "rows.npy")
            return _Converted((folder / "model.onnx").read_bytes(), rows, tuple(arrays), facts)
        except (KeyError, OSError, TypeError, ValueError) as error:
            raise ExportRefused(f"its conversion left nothing that can be read: {error}") from error


def _note(model: Model, facts: Mapping[str, Any], kind: str) -> str:
    saved, read = model.inspection.framework_version, str(facts["version"])
    said = []
    if saved.split(".")[:2] != read.split(".")[:2]:
        said.append(
            f"saved by scikit-learn {saved or '(unknown)'}, read by {read}, which does not promise "
            "that it predicts the same"
        )
    if kind != "float32":
        said.append("its numbers are float64: in float32 it would predict otherwise")
    if facts["ties"]:
        said.append(f"{facts['ties']} generated rows were not compared: their best classes tie")
    if facts["names"]:
        said.append(f"its columns are, in order: {', '.join(facts['names'])}")
    return "; ".join(said)
