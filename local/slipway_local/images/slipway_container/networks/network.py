"""MXNet networks computed with numpy: MXNet itself is retired."""

from collections.abc import Mapping

from .boxes import BOXES
from .convolutions import CONVOLUTIONS
from .operators import OPERATORS, Array, Operator
from .symbols import VARIABLE, Graph

_DATA = "data"
_KNOWN: dict[str, Operator] = {**OPERATORS, **CONVOLUTIONS, **BOXES}


class Network:
    """A network with its weights, up to the output of one node.

    Raises ValueError where it has an operator that is not known here, or lacks a weight.
    """

    def __init__(self, graph: Graph, weights: Mapping[str, Array], output: int) -> None:
        self._output = output
        self._nodes = list(graph.needed((output,)))
        self._weights = weights
        for _, node in self._nodes:
            if node.operator == VARIABLE and node.name not in (_DATA, *weights):
                raise ValueError(f"the network needs {node.name}, which the weights have not")
            if node.operator != VARIABLE and node.operator not in _KNOWN:
                raise ValueError(f"the network has the operator {node.operator}, unknown here")

    def evaluate(self, data: Array) -> Array:
        """The node's output for a batch of inputs."""
        values: dict[int, Array] = {}
        for number, node in self._nodes:
            if node.operator == VARIABLE:
                values[number] = data if node.name == _DATA else self._weights[node.name]
            else:
                inputs = [values[source] for source, _ in node.inputs]
                values[number] = _KNOWN[node.operator](node, inputs)
        return values[self._output]
