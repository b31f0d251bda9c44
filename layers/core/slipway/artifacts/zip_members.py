"""Zip files inside an archive: torch, Keras, numpy, and the built-in algorithms' models."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from slipway.artifacts import documents
from slipway.artifacts.clues import Clue
from slipway.artifacts.findings import Finding
from slipway.artifacts.judging import findings_of
from slipway.artifacts.ndarrays import NDArray, read_arrays
from slipway.artifacts.numpy_files import MAGIC as NPY
from slipway.artifacts.numpy_files import read_npy
from slipway.artifacts.pickled import looks_pickled
from slipway.artifacts.pickles import examine
from slipway.artifacts.reader import Damaged
from slipway.artifacts.torch_files import TorchZip
from slipway.artifacts.zips import Zip

if TYPE_CHECKING:
    from slipway.artifacts.reader import Reader
    from slipway.artifacts.verdicts import Asked, Verdict
    from slipway.artifacts.zips import Entry

_RAW: Final = re.compile(r"[^/]+/(data|constants|tensors)/\d+")  # torch's tensors
_JSON: Final = (
    "manifest.json",
    "additional-params.json",
    "meta.json",
    "metadata.json",
    "config.json",
)


class _Zipped:
    """What the entries of one zip tell together."""

    def __init__(self, member: str) -> None:
        self.member = member
        self.torch = TorchZip()
        self.names: set[str] = set()
        self.documents: dict[str, Any] = {}
        self.arrays: dict[str, NDArray] = {}
        self.findings: list[Finding] = []
        self.asked: list[Asked] = []

    def take(self, entry: Entry) -> None:
        """Read one entry as far as it matters."""
        self.names.add(entry.name)
        if entry.name in _JSON or entry.name.endswith("symbol.json"):
            self.documents[entry.name] = documents.read_json(entry.reader)
        elif entry.name.endswith(".params") or entry.name == "params":
            self.arrays = {array.name: array for array in read_arrays(entry.reader)}
        elif entry.reader.peek(len(NPY)) == NPY:
            self._judged(read_npy(entry.reader)[1], entry.name)
        elif not _RAW.fullmatch(entry.name):
            self._take_pickle(entry)

    def _take_pickle(self, entry: Entry) -> None:
        """Pickles are judged under whatever name: a loader may not care for it."""
        self.torch.take(entry)
        if not self.torch.took and looks_pickled(entry.name, entry.reader.peek(64)):
            self._judged(examine(entry.reader), entry.name)

    def _judged(self, verdict: Verdict | None, entry: str) -> None:
        self.findings += findings_of(self.member, verdict, entry)
        self.asked += verdict.asked if verdict else ()

    def clue(self) -> Clue:
        """The clue of the whole zip."""
        for entry, verdict in self.torch.verdicts:
            self._judged(verdict, entry)
        for recognise in (self._torch, self._linear, self._factorization, self._keras, self._numpy):
            if clue := recognise():
                break
        else:
            clue = Clue(self.member, "zip")
        findings = (*clue.findings, *self.findings)
        return replace(clue, findings=findings, asked=tuple(self.asked))

    def _torch(self) -> Clue | None:
        if not self.torch.verdicts:
            return None
        kind = "torchscript" if self.torch.scripted else "pytorch"
        return Clue(self.member, "torch-zip", kind, "torch", "", self.torch.details)

    def _linear(self) -> Clue | None:
        parameters = self.documents.get("additional-params.json")
        weight = self.arrays.get("fc0_weight")
        if not isinstance(parameters, dict) or "predictor_type" not in parameters:
            return None
        details: dict[str, Any] = {
            key: parameters[key]
            for key in ("predictor_type", "loss_type", "threshold")
            if isinstance(parameters.get(key), str | int | float)
        }
        if weight:
            details["n_features"] = weight.shape[0]
        return self._mxnet("linear-learner", details)

    def _factorization(self) -> Clue | None:
        """Arrays of a sparse model (features by factors), or of a dense one, which lie across."""
        factors, names = self.arrays.get("v"), self.arrays.keys()
        dense = "Linear_Plus_Bias_weight" in names
        if factors is None or len(factors.shape) != 2:
            return None
        if not (dense or {"w1_weight", "w0_weight"} <= names):
            return None
        shape = factors.shape[::-1] if dense else factors.shape
        details = {"n_features": shape[0], "factors": shape[1]}
        return self._mxnet("factorization-machines", details | self._trained_as())

    def _trained_as(self) -> dict[str, Any]:
        """The predictor that meta.json's hyperparameters name, if they do."""
        meta = self.documents.get("meta.json")
        parameters = meta.get("training_parameters") if isinstance(meta, dict) else None
        told = parameters.get("predictor_type") if isinstance(parameters, dict) else None
        return {"predictor_type": told[:80]} if isinstance(told, str) else {}

    def _mxnet(self, kind: str, details: dict[str, Any]) -> Clue:
        symbols = [document for name, document in self.documents.items() if "symbol" in name]
        symbol = documents.look("symbol.json", symbols[0]) if symbols else None
        if symbol and "task" in symbol.details:
            details["task"] = symbol.details["task"]
        version = symbol.version if symbol else ""
        return Clue(self.member, "mxnet-zip", kind, "mxnet", version, details)

    def _keras(self) -> Clue | None:
        metadata = self.documents.get("metadata.json")
        if not isinstance(metadata, dict) or "keras_version" not in metadata:
            return None
        config = self.documents.get("config.json")
        details = {"class": str(config.get("class_name", ""))} if isinstance(config, dict) else {}
        lambdas = _has_lambda(config)
        version = str(metadata["keras_version"])[:20]
        findings = (lambda_layer(self.member),) if lambdas else ()
        return Clue(self.member, "keras", "keras", "keras", version, details, findings)

    def _numpy(self) -> Clue | None:
        if not self.names or not all(name.endswith(".npy") for name in self.names):
            return None
        return Clue(self.member, "npz")


def _has_lambda(config: Any) -> bool:  # noqa: ANN401 - JSON
    """Whether a Keras configuration holds a layer that is Python code."""
    waiting = [config]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if node.get("class_name") in ("Lambda", "__lambda__"):
                return True
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
    return False


def lambda_layer(member: str) -> Finding:
    """Keras keeps the code of Lambda layers as marshalled Python bytecode."""
    return Finding(
        "refuse",
        "keras-lambda",
        member,
        "It has a Lambda layer, which is Python bytecode that loading the model runs.",
        "replace the Lambda layer by a layer class or export the model as a SavedModel",
    )


def look(name: str, reader: Reader) -> Clue:
    """What a zip tells; Damaged where it contradicts itself."""
    zipped = _Zipped(name)
    for entry in Zip(reader):
        try:
            zipped.take(entry)
        except Damaged as error:
            raise Damaged(f"its entry {entry.name!r}: {error}") from None
    return zipped.clue()
