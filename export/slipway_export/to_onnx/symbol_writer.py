"""A network's symbol and weights, written as an ONNX graph."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from slipway_export.model import Array, ExportRefused
from slipway_export.networks.evaluator import evaluate
from slipway_export.networks.symbols import VARIABLE, Graph, Place
from slipway_export.to_onnx.graphs import GraphWriter
from slipway_export.to_onnx.onnx_boxes import BOXES
from slipway_export.to_onnx.onnx_operators import OPERATORS, Step, Write

KNOWN: Final[Mapping[str, Write]] = {**OPERATORS, **BOXES}


@dataclass(frozen=True)
class Network:
    """A graph, its weights, and the sides of a row of its one input.

    Raises ExportRefused where it has an operator that is not known, or lacks a weight.
    """

    graph: Graph
    weights: Mapping[str, Array]
    sides: tuple[int, ...]

    def __post_init__(self) -> None:
        nodes = [self.graph.nodes[number] for number in self.graph.needed(self.graph.served())]
        unknown = sorted({node.operator for node in nodes} - KNOWN.keys() - {VARIABLE})
        if unknown:
            raise ExportRefused(f"the network has operators unknown here: {', '.join(unknown)}")
        variables = [node.name for node in nodes if node.operator == VARIABLE]
        inputs = [name for name in variables if name not in self.weights]
        if len(inputs) != 1:
            raise ExportRefused(f"the network must have one input without weights, it has {inputs}")

    @cached_property
    def input(self) -> str:
        """The name of its input."""
        nodes = (self.graph.nodes[number] for number in self.graph.needed(self.graph.served()))
        names = (node.name for node in nodes if node.operator == VARIABLE)
        return next(name for name in names if name not in self.weights)

    def evaluate(self, rows: Array) -> dict[Place, Array]:
        """What numpy computes of rows: every value on the way."""
        return evaluate(self.graph, self.weights, {self.input: rows}, self.graph.served())

    def write(self, writer: GraphWriter, values: Mapping[Place, Array]) -> dict[Place, str]:
        """The names of all its values in the graph; `values` are for shapes, of any rows."""
        names: dict[Place, str] = {}
        for number in self.graph.needed(self.graph.served()):
            for place, name in enumerate(self._written(writer, number, names, values)):
                names[number, place] = name
        return names

    def _written(
        self,
        writer: GraphWriter,
        number: int,
        names: Mapping[Place, str],
        values: Mapping[Place, Array],
    ) -> Iterable[str]:
        node = self.graph.nodes[number]
        if node.name == self.input:
            return [writer.input(node.name, self.sides)]
        if node.operator == VARIABLE:
            return [writer.constant(self.weights[node.name], node.name)]
        inputs = [names[place] for place in node.inputs]
        step = Step(writer, node, inputs, [values[place].shape for place in node.inputs])
        written = KNOWN[node.operator](step)
        if strangers := step.strangers():
            raise step.refusal(f"has {', '.join(f'{x}={node.attributes[x]}' for x in strangers)}")
        return [written] if isinstance(written, str) else written
