"""A pickle or joblib file as a clue: judged by the inert reader, described by its estimators."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from slipway.artifacts.archives.compressed import compression_at, open_compressed
from slipway.artifacts.archives.reader import Damaged, Reader
from slipway.artifacts.clues import Clue
from slipway.artifacts.formats.estimators import (
    booster_of,
    class_count,
    class_tree,
    feature_count,
    find_model,
    framework_of,
    version_of,
)
from slipway.artifacts.formats.torch_files import describe
from slipway.artifacts.members.judging import damaged, findings_of
from slipway.artifacts.pickles.examiner import examine

if TYPE_CHECKING:
    from slipway.artifacts.pickles.values import Instance
    from slipway.artifacts.pickles.verdicts import Verdict

_BINARY: Final = re.compile(rb"\x80[\x00-\x05]")
_TEXT: Final = re.compile(
    rb"(c__builtin__\n|ccopy_reg\n|ccopyreg\n|\(?[ci][\w.]+\n[\w.]+\n|\((?:d|l)p\d)"
)
_NAMES: Final = re.compile(
    r"\.(pkl|pickle|joblib|sav|p)(\.(z|gz|bz2|xz|lzma|lz4))?$", re.IGNORECASE
)
_LOSS: Final = "_loss"  # what the builds of 1.5 to 1.8 call a module that no other version has
_MOST: Final = 64
KINDS: Final = ("sklearn", "xgboost", "lightgbm", "catboost")


def looks_pickled(name: str, head: bytes) -> bool:
    """Whether a file is a pickle by its first bytes, or would be loaded as one by its name."""
    return bool(_BINARY.match(head) or _TEXT.match(head) or _NAMES.search(name))


def look(name: str, reader: Reader) -> Clue:
    """Judge and describe a pickle, compressed or not."""
    compression = compression_at(reader)
    try:
        verdict = examine(open_compressed(reader) if compression else reader)
    except Damaged as error:
        return Clue(name, "pickle", findings=(damaged(name, "pickle-damaged", str(error)),))
    details = {"compression": compression} if compression else {}
    return _describe(name, verdict, details | {"arrays": verdict.arrays} | _bound(verdict))


def _bound(verdict: Verdict) -> dict[str, Any]:
    """The packages that loading it imports, and whether only its own version has them all."""
    packages = sorted({_root(name) for name in verdict.globals} - {"__main__", _LOSS})
    own = {"own_version_only": True} if any(_root(n) == _LOSS for n in verdict.globals) else {}
    return {"packages": packages[:_MOST]} | own


def _describe(name: str, verdict: Verdict, details: dict[str, Any]) -> Clue:
    findings = tuple(findings_of(name, verdict))
    format_ = "joblib" if verdict.arrays else "pickle"
    if any(map(_is_torch, verdict.globals)):
        shapes = describe(verdict.root)
        return Clue(name, "torch-pickle", "pytorch", "torch", "", shapes, findings, verdict.asked)
    model = find_model(verdict.root)
    if model is None:
        roots = sorted({part for part in map(_root, verdict.globals) if part in KINDS})
        kind = roots[0] if len(roots) == 1 and not verdict.safe else ""
        return Clue(name, format_, kind, kind, "", details, findings, verdict.asked)
    kind = framework_of(model)
    details |= _facts(model)
    return Clue(name, format_, kind, kind, _version(model), details, findings, verdict.asked)


def _is_torch(name: str) -> bool:
    return name.startswith("torch.")


def _root(name: str) -> str:
    return name.partition(".")[0]


def _version(model: Instance) -> str:
    booster = booster_of(model)
    return booster.version if booster else version_of(model)


def _facts(model: Instance) -> dict[str, Any]:
    facts: dict[str, Any] = {"class": str(model.cls), "class_tree": class_tree(model)}
    if booster := booster_of(model):
        return facts | booster.details | {"booster": booster.format}
    if (count := feature_count(model)) is not None:
        facts["n_features"] = count
    if (count := class_count(model)) is not None:
        facts["n_classes"] = count
    return facts
