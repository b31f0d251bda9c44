"""XGBoost's trees as the attributes of ONNX's TreeEnsembleRegressor.

A row goes to a node's true child where its value is below the condition. A split by categories
becomes one node for each category that goes right, which all have the same true child:

    in {3, 5}?  ──right──► R        == 3?  ──true──► R
        └──left──► L                   └─false─► == 5?  ──true──► R
                                                   └─false─► L
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np

from slipway_export.to_native.xgboost_forest import NOTHING, Booster, Nodes

_NEVER: Final = -1  # a category that no row has


class _Node(NamedTuple):
    """The fields are ONNX's attributes, in one place for each node."""

    nodes_treeids: int
    nodes_nodeids: int
    nodes_modes: str = "LEAF"
    nodes_featureids: int = 0
    nodes_values: float = 0.0
    nodes_truenodeids: int = 0
    nodes_falsenodeids: int = 0
    nodes_missing_value_tracks_true: int = 0


def attributes_of(booster: Booster, nodes: Nodes) -> dict[str, Any]:
    """All attributes but the number of outputs."""
    trees = np.repeat(np.arange(len(nodes.starts) - 1), np.diff(nodes.starts))
    leaves = np.flatnonzero(nodes.left == NOTHING)
    values = nodes.conditions[leaves]
    if booster.weights is not None:
        values = values * booster.weights[trees[leaves]]
    columns = zip(*sorted(_nodes(nodes)), strict=True)
    return {
        **dict(zip(_Node._fields, map(list, columns), strict=True)),
        "target_treeids": trees[leaves].tolist(),
        "target_nodeids": (leaves - nodes.starts[trees[leaves]]).tolist(),
        "target_ids": booster.groups[trees[leaves]].tolist(),
        "target_weights": values.tolist(),
    }


def _nodes(nodes: Nodes) -> Iterator[_Node]:
    """The nodes of all trees; those added for categories are numbered behind their tree's own."""
    for tree, (start, end) in enumerate(zip(nodes.starts[:-1], nodes.starts[1:], strict=True)):
        free = int(end - start)
        for node in range(int(start), int(end)):
            if node in nodes.categories:
                chain = list(_by_category(nodes, node, tree, int(start), free))
                yield from chain
                free += len(chain) - 1
            else:
                yield _by_condition(nodes, node, tree, int(start))


def _by_condition(nodes: Nodes, node: int, tree: int, start: int) -> _Node:
    if nodes.left[node] == NOTHING:
        return _Node(tree, node - start)
    return _Node(
        tree,
        node - start,
        "BRANCH_LT",
        int(nodes.features[node]),
        float(nodes.conditions[node]),
        int(nodes.left[node]) - start,
        int(nodes.right[node]) - start,
        int(nodes.default_left[node]),
    )


def _by_category(nodes: Nodes, node: int, tree: int, start: int, free: int) -> Iterator[_Node]:
    categories = sorted(nodes.categories[node]) or [_NEVER]
    numbers = [node - start, *range(free, free + len(categories) - 1)]
    left, right = int(nodes.left[node]) - start, int(nodes.right[node]) - start
    feature, missing_right = int(nodes.features[node]), int(not nodes.default_left[node])
    for number, category, then in zip(numbers, categories, [*numbers[1:], left], strict=True):
        yield _Node(tree, number, "BRANCH_EQ", feature, category, right, then, missing_right)
