"""What an exported JSON model predicts, read anew: by rows that part at each node of the text."""

import json
from typing import Any, Final

import numpy as np

from slipway_export.to_native.xgboost_forest import Floats

_LOGISTIC: Final = ("reg:logistic", "binary:logistic")
_EXPONENTIAL: Final = ("count:poisson", "reg:gamma", "reg:tweedie", "survival:cox", "survival:aft")


def predict(text: bytes, rows: Floats) -> Floats:
    """The untransformed scores, (rows, outputs)."""
    learner = json.loads(text)["learner"]
    told = learner["learner_model_param"]
    outputs = max(int(told["num_class"]), int(told.get("num_target", 1)), 1)
    scores = np.tile(_base(learner), (len(rows), 1)).astype(np.float32)
    scores = np.repeat(scores, outputs // scores.shape[1], axis=1)
    booster = learner["gradient_booster"]
    if booster["name"] == "gblinear":
        weights = np.array(booster["model"]["weights"], np.float32).reshape(-1, outputs)
        given = np.where(np.isnan(rows), np.float32(0), rows)
        return np.asarray(scores + given @ weights[:-1] + weights[-1])
    model = booster["gbtree"]["model"] if booster["name"] == "dart" else booster["model"]
    shares = booster.get("weight_drop") or model.get("weight_drop") or [1.0] * len(model["trees"])
    for tree, group, share in zip(model["trees"], model["tree_info"], shares, strict=True):
        scores[:, group] += np.float32(share) * _grown(tree, rows)
    return scores


def _base(learner: dict[str, Any]) -> Floats:
    said = json.loads(learner["learner_model_param"]["base_score"])
    score = np.array(said if isinstance(said, list) else [said], np.float64)
    match learner["objective"]["name"]:
        case name if name in _LOGISTIC:
            return np.asarray(np.log(score / (1 - score)), np.float32)
        case name if name in _EXPONENTIAL:
            return np.asarray(np.log(score), np.float32)
    return score.astype(np.float32)


def _grown(tree: dict[str, Any], rows: Floats) -> Floats:
    """One tree's value for each row."""
    values = np.zeros(len(rows), np.float32)
    waiting = [(0, np.arange(len(rows)))]
    while waiting:
        node, here = waiting.pop()
        if tree["left_children"][node] == -1:
            values[here] = tree["split_conditions"][node]
            continue
        left = _left(tree, node, rows[here, tree["split_indices"][node]])
        for child, part in (("left_children", here[left]), ("right_children", here[~left])):
            if len(part):
                waiting.append((tree[child][node], part))
    return values


def _left(tree: dict[str, Any], node: int, given: Floats) -> np.ndarray:
    missing = np.isnan(given)
    if tree.get("split_type", [0] * (node + 1))[node] == 1:
        place = tree["categories_nodes"].index(node)
        start, size = tree["categories_segments"][place], tree["categories_sizes"][place]
        left = ~np.isin(given, tree["categories"][start : start + size])
    else:
        left = given < np.float32(tree["split_conditions"][node])
    return np.asarray(np.where(missing, bool(tree["default_left"][node]), left))
