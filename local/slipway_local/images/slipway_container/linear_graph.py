"""MXNet graphs of one layer, as Linear Learner's, computed with numpy."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .symbols import VARIABLE, Graph, Node

Array = NDArray[Any]

_DATA = "data"


class LinearGraph:
    """A graph with its weights; ValueError where it has an operator that is not read here."""

    def __init__(self, graph: Graph, weights: Mapping[str, Array]) -> None:
        self._head = graph.heads[0][0]
        self._nodes = list(graph.needed((self._head,)))
        self._weights = weights
        for _, node in self._nodes:
            if node.operator not in _OPERATORS and node.operator != VARIABLE:
                raise ValueError(f"its network has the operator {node.operator}, unknown here")

    def evaluate(self, rows: Array) -> Array:
        """The network's first output for rows of features, shape (rows, outputs)."""
        values: dict[int, Array] = {}
        for number, node in self._nodes:
            if node.operator != VARIABLE:
                inputs = [values[source] for source, _ in node.inputs if source in values]
                values[number] = _OPERATORS[node.operator](node, inputs)
            elif node.name == _DATA:
                values[number] = rows
            elif node.name in self._weights:  # a label is in no file, and no output needs it
                values[number] = self._weights[node.name]
        return values[self._head]


def _dot(node: Node, inputs: list[Array]) -> Array:
    left, right = inputs
    left = left.T if _true(node, "transpose_a") else left
    return np.asarray(np.dot(left, right.T if _true(node, "transpose_b") else right))


def _true(node: Node, attribute: str) -> bool:
    return node.attributes.get(attribute, "False") in ("True", "true", "1")


def _add(_: Node, inputs: list[Array]) -> Array:
    return np.asarray(inputs[0] + inputs[1])


def _same(_: Node, inputs: list[Array]) -> Array:
    return inputs[0]


def _logistic(_: Node, inputs: list[Array]) -> Array:
    with np.errstate(over="ignore"):  # of a score far below zero, whose answer is 0
        return np.asarray(1 / (1 + np.exp(-inputs[0])))


def _softmax(_: Node, inputs: list[Array]) -> Array:
    powers = np.exp(inputs[0] - inputs[0].max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


_OPERATORS: dict[str, Callable[[Node, list[Array]], Array]] = {
    "dot": _dot,
    "broadcast_add": _add,
    "broadcast_plus": _add,
    "elemwise_add": _add,
    "LinearRegressionOutput": _same,
    "MAERegressionOutput": _same,
    "MakeLoss": _same,
    "BlockGrad": _same,
    "LogisticRegressionOutput": _logistic,
    "SoftmaxOutput": _softmax,
}
