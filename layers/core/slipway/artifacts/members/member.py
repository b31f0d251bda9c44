"""One member after another: its first bytes and its name choose who reads it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

from slipway.artifacts.archives import tars
from slipway.artifacts.archives.compressed import compression_of, open_compressed
from slipway.artifacts.archives.reader import Damaged, Reader
from slipway.artifacts.archives.refusal import KIB
from slipway.artifacts.archives.zips import MAGIC as ZIP
from slipway.artifacts.clues import Clue
from slipway.artifacts.findings import Finding
from slipway.artifacts.formats.hdf5 import MAGIC as HDF5
from slipway.artifacts.formats.hdf5 import look_hdf5
from slipway.artifacts.formats.keras_configs import KerasConfig
from slipway.artifacts.formats.ndarrays import MAGIC as NDARRAYS
from slipway.artifacts.formats.ndarrays import NDArray, read_arrays
from slipway.artifacts.formats.numpy_files import MAGIC as NPY
from slipway.artifacts.formats.numpy_files import read_npy
from slipway.artifacts.formats.onnx_files import read_onnx
from slipway.artifacts.formats.safetensors import is_safetensors, read_safetensors
from slipway.artifacts.formats.tensorflow_files import read_saved_model
from slipway.artifacts.formats.text_models import (
    CATBOOST,
    LIGHTGBM,
    catboost_version,
    read_lightgbm,
)
from slipway.artifacts.formats.xgboost_files import read_booster
from slipway.artifacts.members import documents, pickled, zip_members
from slipway.artifacts.members.judging import damaged, findings_of
from slipway.artifacts.members.leftovers import is_leftover
from slipway.artifacts.members.requirements import is_wheel, look_requirements
from slipway.artifacts.members.scripting import look_script
from slipway.artifacts.members.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway.artifacts.archives.archive import Entry
    from slipway.artifacts.archives.effort import Effort
    from slipway.artifacts.findings import Grade
    from slipway.artifacts.pickles.verdicts import Asked

    Readers: TypeAlias = tuple[tuple[Callable[[str, bytes], bool], Callable[..., Clue]], ...]

_HEAD: Final = 512
_DEEPEST: Final = 8
_OLD_TORCH: Final = ("pickle", "storages", "tensors")
_TAIL: Final = 64 * KIB
_RESOURCES: Final = (".zip", ".jar", ".whl", ".egg")


def look(entry: Entry, effort: Effort) -> Clue:
    """What a member tells to each loader that would take it; never loads anything."""
    return _look(entry.name, entry.some, effort, READERS)


def look_within(name: str, reader: Reader) -> Clue:
    """What a file within another tells to each loader of models."""
    effort = reader.effort
    if effort.depth >= _DEEPEST:
        raise Damaged("archives lie too deep in each other")
    effort.depth += 1
    try:
        return _look(name, reader.some, effort, LOADERS)
    finally:
        effort.depth -= 1


def _look(
    name: str, some: Callable[[int], bytes | memoryview], effort: Effort, readers: Readers
) -> Clue:
    watch = Watch(some, effort)
    reader = Reader(watch.some, effort)
    head = reader.peek(_HEAD)
    named = "" if is_leftover(name) else name
    read = next(read for fits, read in readers if fits(named, head))
    if read is _pickle and not compression_of(head):
        watch.probe = None  # it is judged as one already
    try:
        clue = read(name, head, reader)
        watch.drain()
    except Damaged as error:
        clue = _damaged(name, error)
    findings = (*clue.findings, *watch.findings(name, clue.format))
    return replace(clue, findings=findings, asked=(*clue.asked, *watch.asked))


def _damaged(name: str, error: Damaged) -> Clue:
    finding = damaged(name, "member-damaged", str(error))
    grade: Grade = "warn" if name.endswith(_RESOURCES) else "refuse"
    return Clue(name, "damaged", findings=(replace(finding, grade=grade),))


def _starts(magic: bytes) -> Callable[[str, bytes], bool]:
    return lambda _, head: head.startswith(magic)


def _named(pattern: str) -> Callable[[str, bytes], bool]:
    return lambda name, _: re.search(pattern, name) is not None


def _is_archive(name: str, head: bytes) -> bool:
    """A tar by its name or its bytes; gzip by itself may be anything."""
    return head[257:262] == b"ustar" or re.search(r"\.(tar|tgz|tar\.gz)$", name) is not None


def _booster(name: str, head: bytes, reader: Reader) -> Clue:
    booster = read_booster(head, tail(reader))
    if booster is None:
        raise Damaged("a booster's head is not one")
    return Clue(name, booster.format, "xgboost", "xgboost", booster.version, booster.details)


def _pickle(name: str, _head: bytes, reader: Reader) -> Clue:
    return pickled.look(name, reader)


def _zip(name: str, _head: bytes, reader: Reader) -> Clue:
    return zip_members.look(name, reader, look_within)


def _saved_model(name: str, _head: bytes, reader: Reader) -> Clue:
    found = read_saved_model(reader)
    if found.pop("schema") != 1 or not found["tags"]:
        raise Damaged("it is no SavedModel of schema 1 with a tag")
    found["outside"] = sorted(found.pop("outside", ()))
    return Clue(name, "saved-model", "tensorflow", "tensorflow", found.pop("version"), found)


def _arrays(name: str, _head: bytes, reader: Reader) -> Clue:
    arrays = read_arrays(reader)
    kind, details = _algorithm(arrays)
    return Clue(name, "ndarrays", kind, "mxnet", "", details)


def _algorithm(arrays: list[NDArray]) -> tuple[str, dict[str, object]]:
    """PCA and K-Means are told by their arrays' names and shapes."""
    named = {array.name: array.shape for array in arrays}
    if named.keys() == {"mean", "v", "s"} and len(named["v"]) == 2:
        return "pca", {"n_features": named["v"][0], "components": named["v"][1]}
    if named.keys() == {""} and len(arrays) == 1 and len(arrays[0].shape) == 2:
        return "kmeans", {"clusters": arrays[0].shape[0], "n_features": arrays[0].shape[1]}
    weights = [array.shape for array in arrays if array.name.endswith("weight")]
    matrices = [shape for shape in weights if len(shape) == 2]
    details: dict[str, object] = {"arrays": len(arrays)}
    return "", details | ({"classes": matrices[-1][0]} if matrices else {})


def _npy(name: str, _head: bytes, reader: Reader) -> Clue:
    details, verdict = read_npy(reader)
    asked = verdict.asked if verdict else ()
    return Clue(name, "npy", "", "", "", details, tuple(findings_of(name, verdict)), asked)


def _safetensors(name: str, _head: bytes, reader: Reader) -> Clue:
    return Clue(name, "safetensors", "safetensors", "torch", "", read_safetensors(reader))


def _onnx(name: str, _head: bytes, reader: Reader) -> Clue:
    found = read_onnx(reader)
    if not found["ir_version"] or not found["outputs"]:
        raise Damaged("it is no ONNX model with outputs")
    found["external"] = sorted(found["external"])
    return Clue(name, "onnx", "onnx", "onnx", str(found["opsets"].get("ai.onnx", "")), found)


def _lightgbm(name: str, _head: bytes, reader: Reader) -> Clue:
    details = read_lightgbm(reader.peek(_TAIL))
    return Clue(name, "lightgbm-text", "lightgbm", "lightgbm", "", details)


def _catboost(name: str, _head: bytes, reader: Reader) -> Clue:
    version = catboost_version(reader.peek(_TAIL) + tail(reader))
    return Clue(name, "cbm", "catboost", "catboost", version)


def _json(name: str, _head: bytes, reader: Reader) -> Clue:
    clue = documents.look(name, documents.read_json(reader)) or Clue(name, "json")
    return replace(clue, findings=_keras_findings(name, reader))


def _keras_findings(name: str, reader: Reader) -> tuple[Finding, ...]:
    """Keras loads a folder with a config.json as it loads a zip with one."""
    if name.rpartition("/")[2] != "config.json":
        return ()
    config = KerasConfig()
    while part := reader.some():
        config.feed(part)
    config.finish()
    return config.findings(name) if config.imports else ()


def _compressed(name: str, head: bytes, reader: Reader) -> Clue:
    """What joblib would open, whatever its name."""
    clue = look_within(name, open_compressed(reader))
    if clue.format in ("pickle", "joblib"):
        return replace(clue, details={**clue.details, "compression": compression_of(head)})
    if clue.format == "archive":
        return clue
    return Clue(name, "compressed", findings=_refusals(clue), asked=clue.asked)


def _tar(name: str, head: bytes, reader: Reader) -> Clue:
    """A tar, each of whose members is looked into."""
    findings: list[Finding] = []
    asked: list[Asked] = []
    for member, contents in tars.members(reader):
        clue = look_within(member, contents)
        findings += _refusals(clue)
        asked += clue.asked
        if member in _OLD_TORCH:
            findings.append(_old_torch(name))
    clue = _nested(name, head, reader)
    return replace(clue, findings=(*clue.findings, *findings), asked=tuple(asked))


def _refusals(clue: Clue) -> tuple[Finding, ...]:
    return tuple(each for each in clue.findings if each.grade in ("refuse", "approve"))


def _old_torch(name: str) -> Finding:
    return Finding(
        "refuse",
        "torch-tar",
        name,
        "It is a tar as torch wrote before 0.1.10, several pickles with numbers between them.",
        "load it with the torch that wrote it and save it again",
    )


def _nested(name: str, _head: bytes, _reader: Reader) -> Clue:
    finding = Finding(
        "warn",
        "nested-archive",
        name,
        "It is an archive inside the archive, which SageMaker does not unpack.",
        "pack the files themselves",
    )
    return Clue(name, "archive", findings=(finding,))


def _wheel(name: str, _head: bytes, _reader: Reader) -> Clue:
    """A package for the container's pip: no loader of models looks into it."""
    return Clue(name, "wheel")


def _unknown(name: str, _head: bytes, _reader: Reader) -> Clue:
    return Clue(name, "unknown")


def tail(reader: Reader, size: int = _TAIL) -> bytes:
    """The last bytes of what is left."""
    kept = b""
    while part := reader.some():
        kept = (kept + part)[-size:]
    return kept


READERS: Final[Readers] = (
    (is_wheel, _wheel),
    (_starts(ZIP), _zip),
    (_starts(NDARRAYS), _arrays),
    (_starts(HDF5), look_hdf5),
    (_starts(NPY), _npy),
    (_named(r"(^|/)saved_model\.pb$"), _saved_model),
    (lambda name, head: is_safetensors(head) or name.endswith(".safetensors"), _safetensors),
    (lambda _, head: read_booster(head, b"") is not None, _booster),
    (lambda _, head: LIGHTGBM.match(head) is not None, _lightgbm),
    (_starts(CATBOOST), _catboost),
    (_named(r"\.onnx$"), _onnx),
    (lambda _, head: tars.is_tar(head), _tar),
    (pickled.looks_pickled, _pickle),
    (lambda _, head: bool(compression_of(head)), _compressed),
    (_named(r"(^|/)requirements\.txt$"), look_requirements),
    (_named(r"\.py$"), look_script),
    (_named(r"\.json$"), _json),
    (_is_archive, _nested),
    (lambda _name, _head: True, _unknown),
)
LOADERS: Final[Readers] = (
    (_starts(ZIP), _zip),
    (_starts(HDF5), look_hdf5),
    (_starts(NPY), _npy),
    (lambda _, head: tars.is_tar(head), _tar),
    (pickled.looks_pickled, _pickle),
    (lambda _, head: bool(compression_of(head)), _compressed),
    (lambda _name, _head: True, _unknown),
)
