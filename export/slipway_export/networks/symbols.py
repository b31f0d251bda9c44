"""MXNet's symbol files: a network's nodes as JSON, in the order in which they are computed."""

import ast
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from slipway_export.model import ExportRefused

VARIABLE: Final = "null"
DETECTION: Final = "_contrib_MultiBoxDetection"
Place = tuple[int, int]  # the number of a node, and of one of its outputs


@dataclass(frozen=True, slots=True)
class Node:
    """An operator, or a variable (`null`)."""

    operator: str
    name: str
    attributes: Mapping[str, str]
    inputs: tuple[Place, ...]

    def option(self, name: str, otherwise: Any) -> Any:  # noqa: ANN401 - as the attribute says
        """An attribute's value: a number, a truth value, a tuple, or a word as it is."""
        text = self.attributes.get(name)
        if text is None:
            return otherwise
        try:
            return ast.literal_eval(text.replace("L", ""))  # Python 2 wrote (3L, 3L)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            return text


@dataclass(frozen=True, slots=True)
class Graph:
    """A network: its nodes, and the outputs that are its result."""

    nodes: tuple[Node, ...]
    heads: tuple[Place, ...]

    def needed(self, outputs: Iterable[Place]) -> list[int]:
        """The numbers of the nodes that these outputs are computed from, in order."""
        wanted = {number for number, _ in outputs}
        for number in range(len(self.nodes) - 1, -1, -1):
            if number in wanted:
                wanted.update(source for source, _ in self.nodes[number].inputs)
        return sorted(wanted)

    def served(self) -> tuple[Place, ...]:
        """The outputs worth serving: the detections of a network that detects, or its heads."""
        found = [i for i, node in enumerate(self.nodes) if node.operator == DETECTION]
        if len(found) > 1:
            raise ExportRefused(f"the network has {len(found)} operators {DETECTION}, not one")
        return ((found[0], 0),) if found else self.heads


def read_graph(content: bytes) -> Graph:
    """The graph of a `…-symbol.json`; ExportRefused where it is none."""
    try:
        document = json.loads(content)
        nodes = tuple(_node(each, number) for number, each in enumerate(document["nodes"]))
        heads = tuple((int(head[0]), int(head[1])) for head in document["heads"])
    except (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise ExportRefused(f"the symbol file is malformed: {error!r}") from error
    if not heads or any(not 0 <= node < len(nodes) for node, _ in heads):
        raise ExportRefused("the symbol file's heads name no node")
    return Graph(nodes, heads)


def _node(document: Mapping[str, Any], number: int) -> Node:
    attributes: dict[str, str] = {}
    for key in ("attr", "param", "attrs"):  # MXNet before 1.0 had two of their own
        attributes.update(document.get(key) or {})
    inputs = tuple((int(each[0]), int(each[1])) for each in document["inputs"])
    if any(not 0 <= source < number for source, _ in inputs):
        raise ExportRefused(f"node {number} of the symbol file takes its input from a later one")
    operator = str(document["op"])
    if operator.endswith("Output"):  # its label is for training only
        inputs = inputs[:1]
    return Node(operator, str(document["name"]), attributes, inputs)
