"""The graph of MXNet's symbol files: `nodes` with operator, name, inputs and attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from slipway.artifacts.archives.reader import Damaged
from slipway.artifacts.graphs.graph import (
    INPUT,
    PASSING,
    WEIGHT,
    Graph,
    Part,
    assemble,
    checked_count,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slipway.artifacts.graphs.graph import Shape

_VARIABLE: Final = "null"
_WEIGHTS: Final = ("weight", "bias", "gamma", "beta", "mean", "var", "alpha", "scale", "parameters")
_PASSING: Final = ("_copy", "identity", "BlockGrad", "stop_gradient")


def symbol_graph(
    document: Any,  # noqa: ANN401 - JSON
    arrays: Mapping[str, Shape],
    shapes: Mapping[str, Shape],
) -> Graph:
    """The network of a symbol; Damaged where the document is none.

    `arrays` are the shapes of the parameters and `shapes` those of the inputs, as far as known.
    """
    if not isinstance(document, dict) or not isinstance(document.get("nodes"), list):
        raise Damaged("the symbol has no list of nodes")
    nodes = document["nodes"]
    checked_count(len(nodes))
    parts = {str(place): _part(node, arrays, shapes) for place, node in enumerate(nodes)}
    heads = _sources(document.get("heads"))
    return assemble(parts, heads or [str(len(nodes) - 1)])


def _part(node: Any, arrays: Mapping[str, Shape], shapes: Mapping[str, Shape]) -> Part:  # noqa: ANN401
    if not isinstance(node, dict):
        raise Damaged("a node of the symbol is no object")
    name, operator = str(node.get("name", "")), str(node.get("op", _VARIABLE))
    if operator == _VARIABLE:
        return _variable(name, arrays, shapes)
    part = Part(name, operator, _sources(node.get("inputs")))
    for key in ("attr", "param", "attrs"):
        given = node.get(key)
        for each, value in given.items() if isinstance(given, dict) else ():
            if not each.startswith("__"):
                part.note(each, str(value))
    part.role = PASSING if operator in _PASSING else part.role
    return part


def _variable(name: str, arrays: Mapping[str, Shape], shapes: Mapping[str, Shape]) -> Part:
    """A weight, an input, or a label, which only training has and which is left out."""
    if name in arrays or (name not in shapes and name.endswith(_WEIGHTS)):
        return Part(name, _VARIABLE, shape=arrays.get(name), role=WEIGHT)
    if name.endswith("label"):
        return Part(name, _VARIABLE, role=PASSING)
    return Part(name, INPUT, shape=shapes.get(name))


def _sources(inputs: Any) -> list[str]:  # noqa: ANN401 - JSON
    """The numbers of the nodes that `[[node, output, version], …]` names."""
    if not isinstance(inputs, list):
        return []
    if not all(isinstance(each, list) and each for each in inputs):
        raise Damaged("an input of the symbol names no node")
    return [str(each[0]) for each in inputs]


def input_shapes(document: Any) -> dict[str, Shape]:  # noqa: ANN401 - JSON
    """The shapes of a model-shapes.json, by the input's name."""
    listed = document if isinstance(document, list) else []
    return {
        str(each.get("name")): tuple(side for side in each["shape"] if isinstance(side, int))
        for each in listed
        if isinstance(each, dict) and isinstance(each.get("shape"), list)
    }
