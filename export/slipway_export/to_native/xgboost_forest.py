"""A booster's parts as arrays: what every old form of XGBoost's is read into."""

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from slipway_export.model import ExportRefused

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]

MOST_FEATURES: Final = 1_000_000
MOST_OUTPUTS: Final = 10_000
MOST_NODES: Final = 5_000_000
DEEPEST: Final = 4096
NOTHING: Final = -1  # the child of a leaf


@dataclass(frozen=True, slots=True)
class Nodes:
    """All trees' nodes, one after another; children are numbers in the same arrays.

    `starts` has the root of each tree, and the number of all nodes at the end. `conditions` holds
    the threshold of a split or the value of a leaf. `categories` has, for each categorical split,
    the values that go right.
    """

    starts: Integers
    left: Integers
    right: Integers
    parents: Integers
    features: Integers
    conditions: Floats
    default_left: NDArray[np.bool_]
    statistics: Floats  # loss change, sum of the hessian, weight: one column each
    categories: dict[int, frozenset[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Booster:
    """A model: `kind` is gbtree, dart or gblinear; `margins` is what each output begins with.

    `groups` gives each tree's output and `weights` its share. A linear booster has `linear`
    of shape (features + 1, outputs), its bias last, and no trees.
    """

    kind: str
    objective: str
    features: int
    classes: int
    margins: Floats
    version: tuple[int, int]
    attributes: dict[str, str]
    parallel: int = 1
    nodes: Nodes | None = None
    groups: Integers = field(default_factory=lambda: np.zeros(0, np.int64))
    weights: Floats | None = None
    linear: Floats | None = None
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def outputs(self) -> int:
        """Scores a row."""
        return len(self.margins)


def checked(nodes: Nodes, features: int) -> Nodes:
    """The nodes, when each tree is one: its children within it, no node reached twice."""
    if len(nodes.left) > MOST_NODES:
        raise ExportRefused(f"it has {len(nodes.left)} nodes; at most {MOST_NODES} are converted")
    trees = np.repeat(np.arange(len(nodes.starts) - 1), np.diff(nodes.starts))
    frontier, reached = nodes.starts[:-1], 0
    for _ in range(DEEPEST):
        inner = frontier[nodes.left[frontier] != NOTHING]
        if not len(inner):
            return nodes
        children = np.concatenate((nodes.left[inner], nodes.right[inner]))
        if children.min() < 0 or children.max() >= len(trees):
            raise ExportRefused("a tree names a child that it does not have")
        if np.any(trees[children] != np.tile(trees[inner], 2)):
            raise ExportRefused("a tree names a child of another tree")
        if not 0 <= nodes.features[inner].min() <= nodes.features[inner].max() < features:
            raise ExportRefused("a tree splits by a feature that the model does not have")
        reached += len(children)
        if reached > len(trees):
            raise ExportRefused("a tree is no tree: its nodes form a circle")
        frontier = children
    raise ExportRefused(f"a tree is deeper than {DEEPEST}")
