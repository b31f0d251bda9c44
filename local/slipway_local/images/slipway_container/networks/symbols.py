"""MXNet's symbol files: the graph of a network as JSON, nodes in the order they are computed."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

VARIABLE = "null"


@dataclass(frozen=True, slots=True)
class Node:
    """An operator, or a variable (`null`); inputs are the numbers of node and output."""

    operator: str
    name: str
    attributes: Mapping[str, str]
    inputs: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Graph:
    """A network: its nodes, and the outputs that are its result."""

    nodes: tuple[Node, ...]
    heads: tuple[tuple[int, int], ...]

    def needed(self, outputs: tuple[int, ...]) -> Iterator[tuple[int, Node]]:
        """The nodes, with their numbers, that the outputs of these nodes are computed from."""
        wanted = set(outputs)
        for number in range(max(outputs), -1, -1):
            if number in wanted:
                wanted.update(source for source, _ in self.nodes[number].inputs)
        return ((number, self.nodes[number]) for number in sorted(wanted))


def read_graph(text: bytes | str) -> Graph:
    """The graph of a `…-symbol.json`; ValueError where it is none."""
    try:
        document = json.loads(text)
        nodes = tuple(_node(each, number) for number, each in enumerate(document["nodes"]))
        heads = tuple((int(head[0]), int(head[1])) for head in document["heads"])
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise ValueError(f"the symbol file is malformed: {error!r}") from error
    if not heads or any(not 0 <= node < len(nodes) for node, _ in heads):
        raise ValueError("the symbol file's heads name no node")
    return Graph(nodes, heads)


def _node(document: Mapping[str, object], number: int) -> Node:
    attributes: dict[str, str] = {}
    for key in ("attr", "param", "attrs"):  # MXNet before 1.0 had two of their own
        attributes.update(document.get(key) or {})  # type: ignore[call-overload] # JSON is untyped
    inputs = tuple((int(each[0]), int(each[1])) for each in document["inputs"])  # type: ignore[attr-defined] # JSON is untyped
    if any(not 0 <= source < number for source, _ in inputs):
        raise ValueError(f"node {number} of the symbol file takes its input from a later one")
    operator = str(document["op"])
    if operator.endswith("Output"):  # its label is for training only
        inputs = inputs[:1]
    return Node(operator, str(document["name"]), attributes, inputs)
