"""XGBoost: a model.json that present releases read, out of any form since 0.90, unpickled never.

The proof compares untransformed scores: of the original's arrays, and of the exported text, read
anew here and, where XGBoost is installed, by itself.
"""

import re
from collections.abc import Iterator
from typing import Final

import numpy as np
from slipway.artifacts.members.pickled import looks_pickled

from slipway_export.model import Array, Export, Model, Proof
from slipway_export.to_native import xgboost_library as library
from slipway_export.to_native import xgboost_objectives as objectives
from slipway_export.to_native import xgboost_readback as readback
from slipway_export.to_native.as_they_are import one_file
from slipway_export.to_native.xgboost_documents import VERSION, Document, document_of, text_of
from slipway_export.to_native.xgboost_forest import Booster, Floats, Nodes
from slipway_export.to_native.xgboost_handles import booster_in, unframed
from slipway_export.to_native.xgboost_legacy import read_legacy
from slipway_export.to_native.xgboost_margins import margins
from slipway_export.to_native.xgboost_reading import booster_of, read_document, version_of

FILE: Final = "model.json"
_DOCUMENT: Final = re.compile(rb'\{(L\0|\s*")')  # a base_score may begin with { as well
_SCHEMA: Final = (1, 6)  # since when documents have the present fields
_SEED: Final = 20
_CELLS: Final = 4_000_000
_ROWS: Final = 256


def convert(model: Model) -> Export:
    """The model as XGBoost's own JSON; a saved JSON or UBJSON of the present schema as it is."""
    content, holder = model.content, ""
    if looks_pickled(model.inspection.model_file, content[:64]):
        content, holder = booster_in(content)
        content = unframed(content)
    if not _DOCUMENT.match(content):
        booster = read_legacy(content)
        return _proven(booster, document_of(booster), holder)
    document = read_document(content)
    if not holder and version_of(document) >= _SCHEMA:
        return one_file(model, FILE if content[1:2] != b"L" else "model.ubj")
    booster = booster_of(document)
    return _proven(booster, _renewed(document, booster), holder)


def _renewed(document: Document, booster: Booster) -> Document:
    """A document of 1.0 to 1.5 as the later schema has it, which begins from the same margin."""
    if booster.version >= _SCHEMA:
        return document
    score = objectives.prediction_of(booster.objective, float(booster.margins[0]))
    learner = document["learner"]
    told = {**learner["learner_model_param"], "base_score": str(np.float32(score))}
    return {"learner": {**learner, "learner_model_param": told}, "version": VERSION}


def _proven(booster: Booster, document: Document, holder: str) -> Export:
    text = text_of(document)
    version = library.installed()
    readers = [readback.predict, *([library.predict] if version else [])]

    def exported(rows: Array) -> Array:
        return np.concatenate([read(text, rows) for read in readers], axis=1)

    def original(rows: Array) -> Array:
        return np.tile(margins(booster, rows), len(readers))

    proof = Proof(telling_rows(booster), original, exported)
    return Export({FILE: text}, proof, _note(version, holder))


def _note(version: str, holder: str) -> str:
    read = f"read back here and by XGBoost {version}" if version else "read back here"
    said = f"untransformed scores, {read}"
    if holder and not holder.endswith(".Booster"):
        said += f"; what {holder} adds to its booster, such as names of classes, is not in it"
    return said


def telling_rows(booster: Booster) -> Floats:
    """Rows of values at, just below and just above what the trees ask for, and of missing ones."""
    chance = np.random.default_rng(_SEED)
    count = max(8, min(_ROWS, _CELLS // booster.features))
    rows = chance.normal(size=(count, booster.features)).astype(np.float32)
    nodes = booster.nodes
    if nodes is not None:
        for feature, asked in _asked(nodes):
            rows[:, feature] = _around(asked, count, chance)
        for node, categories in nodes.categories.items():
            most = max(categories, default=0) + 2
            rows[:, nodes.features[node]] = chance.integers(0, most, count)
    rows[chance.random(rows.shape) < 0.1] = np.nan
    return rows


def _asked(nodes: Nodes) -> Iterator[tuple[int, Floats]]:
    """Each feature with the conditions of the splits by it."""
    inner = np.flatnonzero(nodes.left >= 0)
    inner = inner[np.argsort(nodes.features[inner], kind="stable")]
    features, firsts = np.unique(nodes.features[inner], return_index=True)
    for feature, part in zip(features, np.split(inner, firsts[1:]), strict=False):
        yield int(feature), nodes.conditions[part]


def _around(asked: Floats, count: int, chance: np.random.Generator) -> Floats:
    at = chance.choice(asked[np.isfinite(asked)] if np.isfinite(asked).any() else [0.0], count)
    at = at.astype(np.float32)
    below, above = np.nextafter(at, np.float32(-np.inf)), np.nextafter(at, np.float32(np.inf))
    wide = (at + chance.normal(size=count)).astype(np.float32)
    found = np.choose(chance.integers(0, 4, count), (at, below, above, wide))
    return np.asarray(np.nan_to_num(found, nan=0.0, posinf=3e38, neginf=-3e38), np.float32)
