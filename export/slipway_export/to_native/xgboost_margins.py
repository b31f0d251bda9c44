"""What a booster's arrays predict, computed as XGBoost's predictor does (src/predictor/): a value
below the condition goes left, a missing one where the node says, a listed category goes right."""

from typing import Final

import numpy as np

from slipway_export.to_native.xgboost_forest import NOTHING, Booster, Floats, Integers, Nodes

_AT_ONCE: Final = 8_000_000  # row and tree pairs


def margins(booster: Booster, rows: Floats) -> Floats:
    """The untransformed scores, (rows, outputs), summed in single precision, tree by tree."""
    scores = np.tile(booster.margins.astype(np.float32), (len(rows), 1))
    if booster.linear is not None:
        filled = np.nan_to_num(rows, nan=0.0)  # a missing value adds nothing
        return np.asarray(scores + booster.linear[-1] + filled @ booster.linear[:-1])
    if booster.nodes is None:
        return scores
    step = max(1, _AT_ONCE // len(booster.groups))
    for start in range(0, len(rows), step):
        part = rows[start : start + step]
        leaves = booster.nodes.conditions[_leaves(booster.nodes, part)]
        if booster.weights is not None:
            leaves = leaves * booster.weights
        for tree, group in enumerate(booster.groups):
            scores[start : start + step, group] += leaves[:, tree]
    return scores


def _leaves(nodes: Nodes, rows: Floats) -> Integers:
    """The leaf that each row reaches in each tree."""
    at = np.tile(nodes.starts[:-1], (len(rows), 1))
    numbers = np.arange(len(rows))[:, None]
    while True:
        inner = nodes.left[at] != NOTHING
        if not inner.any():
            return at
        values = rows[numbers, np.where(inner, nodes.features[at], 0)]
        left = np.where(np.isnan(values), nodes.default_left[at], _goes_left(nodes, at, values))
        at = np.where(inner, np.where(left, nodes.left[at], nodes.right[at]), at)


def _goes_left(nodes: Nodes, at: Integers, values: Floats) -> np.ndarray:
    left = values < nodes.conditions[at]
    categorical = np.isin(at, list(nodes.categories)) & ~np.isnan(values)
    left[categorical] = [
        int(value) not in nodes.categories[int(node)]
        for node, value in zip(at[categorical], values[categorical], strict=True)
    ]
    return left
