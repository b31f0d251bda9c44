"""MXNet networks computed with numpy, to hold an export against; nothing here knows of ONNX."""

from collections.abc import Iterable, Mapping
from typing import Final

from slipway_export.model import Array, ExportRefused
from slipway_export.networks.numpy_boxes import BOXES
from slipway_export.networks.numpy_operators import LARGEST, OPERATORS, Compute
from slipway_export.networks.symbols import VARIABLE, Graph, Node, Place

KNOWN: Final[Mapping[str, Compute]] = {**OPERATORS, **BOXES}


def evaluate(
    graph: Graph,
    weights: Mapping[str, Array],
    inputs: Mapping[str, Array],
    outputs: Iterable[Place],
) -> dict[Place, Array]:
    """Every value on the way to the outputs; ExportRefused where an operator is not known."""
    values: dict[Place, Array] = {}
    for number in graph.needed(outputs):
        node = graph.nodes[number]
        if node.operator == VARIABLE:
            values[number, 0] = inputs[node.name] if node.name in inputs else weights[node.name]
            continue
        try:
            found = KNOWN[node.operator](node, *(values[place] for place in node.inputs))
        except (ArithmeticError, IndexError, KeyError, MemoryError, TypeError, ValueError) as error:
            what = f"{node.operator} {node.name}"
            raise ExportRefused(f"{what} cannot be computed: {error!r}") from error
        for place, value in enumerate(found if isinstance(found, list) else [found]):
            values[number, place] = _bounded(value, node)
    return values


def _bounded(value: Array, node: Node) -> Array:
    """A file of a few bytes may ask for more than there is: its attributes are anybody's."""
    if value.size > LARGEST:
        raise ExportRefused(f"{node.operator} {node.name} gives {value.size} numbers, too many")
    return value
