"""MLeap's decision trees: `tree.json`, a node a line, each before its left and right children."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

Tree = Callable[[list[float]], list[float]]
Node = tuple[Mapping[str, Any], "Node", "Node"] | list[float]


def read_tree(folder: Path) -> Tree:
    """The tree of a folder: from features to the values of a leaf; ValueError where it is cut."""
    lines = iter((folder / "tree.json").read_text().splitlines())
    try:
        root = _read(lines)
    except (StopIteration, RecursionError) as error:
        raise ValueError(f"the tree in {folder.name} is cut or too deep") from error
    return lambda features: _leaf(root, features)


def _read(lines: Iterator[str]) -> Node:
    node = json.loads(next(lines))
    if node["type"] == "leaf":
        values: list[float] = node["values"]
        return values
    return node["split"], _read(lines), _read(lines)


def _leaf(node: Node, features: list[float]) -> list[float]:
    while isinstance(node, tuple):
        split, left, right = node
        node = left if _goes_left(split, features[split["featureIndex"]]) else right
    return node


def _goes_left(split: Mapping[str, Any], value: float) -> bool:
    if split["type"] == "continuous":
        return bool(value <= split["threshold"])
    return bool((value in split["categories"]) == split["isLeft"])
