"""Zip files inside an archive: torch, Keras, numpy, and the built-in algorithms' models."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from slipway.artifacts.archives.reader import Damaged, Reader
from slipway.artifacts.archives.zips import Zip
from slipway.artifacts.clues import Clue
from slipway.artifacts.formats.keras_configs import KerasConfig
from slipway.artifacts.formats.ndarrays import NDArray, read_arrays
from slipway.artifacts.formats.torch_files import TorchZip
from slipway.artifacts.members import documents
from slipway.artifacts.members.judging import findings_of
from slipway.artifacts.members.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from slipway.artifacts.archives.zips import Entry
    from slipway.artifacts.findings import Finding
    from slipway.artifacts.pickles.verdicts import Asked, Verdict

    Within: TypeAlias = Callable[[str, Reader], Clue]

_ARRAYS: Final = 10_000
_RAW: Final = re.compile(r"[^/]+/(data|constants|tensors)/\d+")  # torch's tensors
_JSON: Final = (
    "manifest.json",
    "additional-params.json",
    "meta.json",
    "metadata.json",
    "config.json",
)


class _Zipped:
    """What the entries of one zip tell together; `within` looks into one as a file of its own."""

    def __init__(self, member: str, within: Within) -> None:
        self.member = member
        self.within = within
        self.torch = TorchZip()
        self.names: set[str] = set()
        self.documents: dict[str, Any] = {}
        self.symbol: Clue | None = None
        self.config = KerasConfig()
        self.arrays: dict[str, NDArray] = {}
        self.findings: list[Finding] = []
        self.asked: list[Asked] = []

    def take(self, entry: Entry) -> None:
        """Read one entry as what it is here, while it is watched for what else it may be."""
        self.names.add(entry.name)
        if _RAW.fullmatch(entry.name):
            return
        watch = Watch(entry.reader.some, entry.reader.effort)
        reader = Reader(watch.some, entry.reader.effort)
        if entry.name in _JSON or entry.name.endswith("symbol.json"):
            self._take_document(entry.name, reader)
        elif entry.name.endswith(".params") or entry.name == "params":
            self.arrays = {array.name: array for array in read_arrays(reader)[:_ARRAYS]}
        else:
            watch.probe = None
            self._take_file(entry.name, reader)
        watch.drain()
        self._found(watch.findings(entry.name, "zip" if watch.probe is None else "part"))
        self.asked += watch.asked

    def _take_document(self, name: str, reader: Reader) -> None:
        """A JSON document; of a Keras configuration, all that it would make."""
        if name == "config.json":
            if json.detect_encoding(reader.peek(4)) not in ("utf-8", "utf-8-sig"):
                raise Damaged("its encoding is none that is looked for")
            while part := reader.some():
                self.config.feed(part)
            self.config.finish()
            self.findings += self.config.findings(self.member)
            return
        document = documents.read_json(reader)
        if name.endswith("symbol.json"):
            self.symbol = self.symbol or documents.look("symbol.json", document)
        else:
            self.documents[name] = documents.shortened(document)

    def _take_file(self, name: str, reader: Reader) -> None:
        """A pickle of torch's, or a file that is looked into like any other."""
        if self.torch.take(name, reader):
            return
        clue = self.within(name, reader)
        self._found(clue.findings)
        self.asked += clue.asked

    def _found(self, findings: Iterable[Finding]) -> None:
        """What is refused in an entry is refused of the zip."""
        for finding in findings:
            if finding.grade in ("refuse", "approve"):
                said = f"{finding.member}: {finding.message}"
                self.findings.append(replace(finding, member=self.member, message=said))

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
        symbol = self.symbol
        if symbol and "task" in symbol.details:
            details["task"] = symbol.details["task"]
        version = symbol.version if symbol else ""
        return Clue(self.member, "mxnet-zip", kind, "mxnet", version, details)

    def _keras(self) -> Clue | None:
        metadata = self.documents.get("metadata.json")
        if not isinstance(metadata, dict) or "keras_version" not in metadata:
            return None
        details = {"class": self.config.first} if self.config.first else {}
        version = str(metadata["keras_version"])[:20]
        return Clue(self.member, "keras", "keras", "keras", version, details)

    def _numpy(self) -> Clue | None:
        if not self.names or not all(name.endswith(".npy") for name in self.names):
            return None
        return Clue(self.member, "npz")


def look(name: str, reader: Reader, within: Within) -> Clue:
    """What a zip tells; Damaged where it contradicts itself."""
    zipped = _Zipped(name, within)
    for entry in Zip(reader):
        try:
            zipped.take(entry)
        except Damaged as error:
            raise Damaged(f"its entry {entry.name!r}: {error}") from None
    return zipped.clue()
