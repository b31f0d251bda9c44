"""A booster out of XGBoost's JSON or UBJSON document, into the same arrays as the binary format."""

import json
from typing import Any, Final

import numpy as np

from slipway_export.model import ExportRefused
from slipway_export.to_native import xgboost_objectives as objectives
from slipway_export.to_native.ubjson import read_ubjson
from slipway_export.to_native.xgboost_documents import Document
from slipway_export.to_native.xgboost_forest import (
    MOST_FEATURES,
    MOST_OUTPUTS,
    NOTHING,
    Booster,
    Floats,
    Integers,
    Nodes,
    checked,
)

_CATEGORICAL: Final = 1


def read_document(content: bytes) -> Document:
    """The model in JSON or UBJSON, without the configuration that a pickled one has beside it."""
    try:
        text = content[1:2] != b"L"
        document = json.loads(content) if text else read_ubjson(content)
    except (ValueError, RecursionError) as error:
        raise ExportRefused(f"its model is no JSON: {error}") from error
    model = document.get("Model", document) if isinstance(document, dict) else None
    if not isinstance(model, dict) or not isinstance(model.get("learner"), dict):
        raise ExportRefused("its document has no learner")
    return model


def booster_of(document: Document) -> Booster:
    """The document as arrays. Raises ExportRefused where it is malformed or has vector leaves."""
    try:
        return _booster(document["learner"], version_of(document))
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
        raise ExportRefused(f"its document is malformed: {error!r}") from error


def version_of(document: Document) -> tuple[int, int]:
    """Major and minor version of the XGBoost that wrote it."""
    try:
        major, minor, _ = (int(part) for part in document["version"])
    except (KeyError, TypeError, ValueError) as error:
        raise ExportRefused(f"its document does not say its version: {error!r}") from error
    return major, minor


def _booster(learner: dict[str, Any], version: tuple[int, int]) -> Booster:
    told, booster = learner["learner_model_param"], learner["gradient_booster"]
    objective = objectives.present_name(str(learner["objective"]["name"]))
    classes, features = int(told["num_class"]), int(told["num_feature"])
    outputs = max(classes, int(told.get("num_target", 1)), 1)
    if not 0 < features <= MOST_FEATURES or outputs > MOST_OUTPUTS:
        raise ExportRefused(f"it claims {features} features and {outputs} outputs")
    margins = _margins(str(told["base_score"]), objective, version, outputs)
    kind = str(booster["name"])
    model = (
        booster["gbtree"]["model"] if kind == "dart" and "gbtree" in booster else booster["model"]
    )
    return Booster(
        kind=kind,
        objective=objective,
        features=features,
        classes=classes,
        margins=margins,
        version=version,
        attributes={},
        **(_linear if kind == "gblinear" else _trees)(model, booster, features, outputs),
    )


def _linear(model: Document, _: Document, features: int, outputs: int) -> dict[str, Any]:
    weights = np.asarray(model["weights"], np.float32)
    return {"linear": weights.reshape(features + 1, outputs)}


def _trees(model: Document, booster: Document, features: int, outputs: int) -> dict[str, Any]:
    trees, groups = model["trees"], np.asarray(model["tree_info"], np.int64)
    weights = booster.get("weight_drop") or model.get("weight_drop")
    if len(groups) != len(trees) or not all(0 <= group < outputs for group in groups):
        raise ExportRefused("its trees do not belong to its outputs")
    if weights is not None and len(weights) != len(trees):
        raise ExportRefused(f"it has {len(weights)} weights for {len(trees)} trees")
    return {
        "groups": groups,
        "nodes": checked(_nodes(trees), features) if trees else None,
        "weights": None if weights is None else np.asarray(weights, np.float32),
    }


def _margins(said: str, objective: str, version: tuple[int, int], outputs: int) -> Floats:
    """From 3.1 base_score is one number for each output, in brackets."""
    scores = json.loads(said)
    each = scores if isinstance(scores, list) else [scores]
    found = [objectives.margin_of(objective, float(score), version) for score in each]
    if len(found) not in (1, outputs):
        raise ExportRefused(f"it has {len(found)} base scores for {outputs} outputs")
    return np.resize(np.asarray(found, np.float32), outputs)


def _nodes(trees: list[dict[str, Any]]) -> Nodes:
    counts = [len(tree["left_children"]) for tree in trees]
    if any(int(tree["tree_param"].get("size_leaf_vector", 1)) > 1 for tree in trees):
        raise ExportRefused("its leaves are vectors; save it with XGBoost's own save_model")
    starts = np.cumsum([0, *counts])
    offsets = np.repeat(starts[:-1], counts)
    left = _column(trees, "left_children", starts, np.int64)
    right = _column(trees, "right_children", starts, np.int64)
    leaves = left == NOTHING
    return Nodes(
        starts=starts,
        left=_moved(left, offsets, leaves),
        right=_moved(right, offsets, leaves),
        parents=_column(trees, "parents", starts, np.int64),
        features=_column(trees, "split_indices", starts, np.int64),
        conditions=_column(trees, "split_conditions", starts, np.float32),
        default_left=_column(trees, "default_left", starts, np.bool_),
        statistics=np.zeros((int(starts[-1]), 3), np.float32),
        categories=dict(_categories(trees, starts)),
    )


def _moved(children: Integers, offsets: Integers, leaves: np.ndarray) -> Integers:
    return np.where(leaves, NOTHING, np.where(children < 0, -2, children + offsets))


def _column(trees: list[dict[str, Any]], name: str, starts: Integers, kind: type) -> np.ndarray:
    """One field of all nodes; every tree must have it as often as nodes."""
    parts: list[np.ndarray] = [np.asarray(tree[name]).astype(kind) for tree in trees]
    if any(part.shape != (size,) for part, size in zip(parts, np.diff(starts), strict=True)):
        raise ExportRefused(f"a tree has more or fewer {name} than nodes")
    return np.concatenate(parts)


def _categories(trees: list[dict[str, Any]], starts: Integers) -> Any:  # noqa: ANN401 - pairs
    """The values that go right at each categorical split."""
    for tree, start in zip(trees, starts, strict=False):
        segments, sizes = tree.get("categories_segments", ()), tree.get("categories_sizes", ())
        listed = np.asarray(tree.get("categories", ()), np.int64)
        for node, segment, size in zip(
            tree.get("categories_nodes", ()), segments, sizes, strict=True
        ):
            if not 0 <= int(node) < len(tree["left_children"]):
                raise ExportRefused("a tree has categories of a node that it does not have")
            if int(tree["split_type"][int(node)]) == _CATEGORICAL:
                part = listed[int(segment) : int(segment) + int(size)]
                yield int(start) + int(node), frozenset(part.tolist())
