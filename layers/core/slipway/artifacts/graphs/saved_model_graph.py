"""The graph that a SavedModel serves, with its functions written out where they are called.

MetaGraphDef{2 GraphDef{1 node, 2 library{1 FunctionDef{1 signature, 3 node_def, 4 ret}}},
5 signature_def}; NodeDef{1 name, 2 op, 3 input, 5 attr} (tensorflow/core/framework/{graph,
function,node_def,attr_value,op_def}.proto).

    signature ─► outputs' tensors ─► nodes ─► a call ─► the function's nodes, below the call's name
"""

from __future__ import annotations

import struct
from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from slipway.artifacts.archives.reader import Damaged
from slipway.artifacts.archives.refusal import MIB
from slipway.artifacts.formats.protobuf import Field, fields, fields_of, signed, whole_numbers
from slipway.artifacts.formats.tensorflow_files import read_shape
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
    from collections.abc import Iterator, Mapping

    from slipway.artifacts.archives.reader import Reader
    from slipway.artifacts.graphs.graph import Shape

_SERVED: Final = "serving_default"
_INIT: Final = "__saved_model_init_op"
_FUNCTIONS: Final = 64 * MIB
_DEEPEST: Final = 32
_WORD: Final = 200
_CALLS: Final = ("StatefulPartitionedCall", "PartitionedCall")
_WEIGHTS: Final = (
    "Const",
    "VarHandleOp",
    "Variable",
    "VariableV2",
    "TemporaryVariable",
    "HashTableV2",
    "MutableHashTableV2",
    "Shape",  # what is computed of sides alone is no part of the network
)
_PASSING: Final = (
    "Identity",
    "IdentityN",
    "NoOp",
    "ReadVariableOp",
    "StopGradient",
    "PlaceholderWithDefault",
    "EnsureShape",
    "Enter",
    "NextIteration",
)


@dataclass(slots=True)
class _Function:
    """A function of the library: its arguments by name, its nodes, what it returns."""

    arguments: list[str] = field(default_factory=list)
    results: list[str] = field(default_factory=list)
    nodes: list[_Node] = field(default_factory=list)
    returned: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Node:
    """A node as it stands: `calls` names the function that it stands for, or is empty."""

    part: Part
    calls: str = ""


@dataclass(slots=True)
class _Found:
    """What a meta graph holds; functions are read when they are called, for most never are."""

    nodes: list[_Node] = field(default_factory=list)
    functions: dict[str, bytes] = field(default_factory=dict)
    signatures: dict[str, list[str]] = field(default_factory=dict)
    held: int = 0

    def take_graph(self, graph: Field) -> None:
        """Read the nodes and keep the functions of a GraphDef."""
        for each in graph.fields():
            if each.number == 1:
                checked_count(len(self.nodes) + 1)
                self.nodes.append(_node(each))
            elif each.number == 2:
                for function in each.fields():
                    self._hold(function)

    def _hold(self, function: Field) -> None:
        if function.number != 1:
            return
        self.held += function.size
        if self.held > _FUNCTIONS:
            raise Damaged(f"its functions are larger than {_FUNCTIONS} bytes")
        body = bytearray()
        while len(body) < function.size:
            body += function.reader.read(min(MIB, function.size - len(body)))
        self.functions[_name_of(bytes(body))] = bytes(body)


def saved_model_graph(reader: Reader) -> Graph:
    """The network behind the signature that is served; Damaged where there is none."""
    found = _Found()
    for each in fields(reader):
        if each.number == 2 and not found.signatures:
            for part in each.fields():
                if part.number == 2:
                    found.take_graph(part)
                elif part.number == 5:
                    name, tensors = _signature(part)
                    found.signatures[name] = tensors
    outputs = found.signatures.get(_SERVED) or next(
        (tensors for name, tensors in found.signatures.items() if name != _INIT and tensors), []
    )
    return assemble(_WrittenOut(found).parts, outputs)


class _WrittenOut:
    """All nodes by key: their name below the calls that lead to them, and `:` output of a call."""

    def __init__(self, found: _Found) -> None:
        self.parts: dict[str, Part] = {}
        self._bodies = found.functions
        self._functions: dict[str, _Function] = {}
        self._calls: deque[tuple[str, str, list[str], int]] = deque()
        self._count = 0
        self._take("", found.nodes, {}, 0)
        while self._calls:
            self._write_out(*self._calls.popleft())

    def _take(self, prefix: str, nodes: list[_Node], known: Mapping[str, str], depth: int) -> None:
        """Nodes of one graph; `known` are keys of its arguments."""
        called = {node.part.name for node in nodes if self._is_call(node)}
        for node in nodes:
            self._count = checked_count(self._count + 1)
            given = (each for each in node.part.inputs if not each.startswith("^"))
            inputs = [_key(each, prefix, called, known) for each in given]
            key = prefix + node.part.name
            if self._is_call(node):
                self._calls.append((key, node.calls, inputs, depth))
            else:
                part = node.part
                self.parts[key] = replace(part, inputs=inputs)
                self.parts[f"{key}:0"] = Part(key, "", [key], role=PASSING)

    def _is_call(self, node: _Node) -> bool:
        return node.calls in self._bodies

    def _write_out(self, key: str, name: str, inputs: list[str], depth: int) -> None:
        """The nodes of a function below the call, its arguments and its results."""
        if depth > _DEEPEST:
            raise Damaged(f"its functions call each other more than {_DEEPEST} deep")
        if name not in self._functions:
            self._functions[name] = _function(self._bodies[name])
        function, prefix = self._functions[name], f"{key}/"
        known = dict(zip(function.arguments, inputs, strict=False))
        called = {node.part.name for node in function.nodes if self._is_call(node)}
        self._take(prefix, function.nodes, known, depth + 1)
        for place, result in enumerate(function.results):
            source = _key(function.returned.get(result, result), prefix, called, known)
            self.parts[f"{key}:{place}"] = Part(key, "", [source], role=PASSING)


def _key(reference: str, prefix: str, called: set[str], known: Mapping[str, str]) -> str:
    """The key of `node`, `node:2`, `node:output:2` or an argument's name."""
    name, *output = reference.split(":")
    if name in known:
        return known[name]
    if name in called:
        return f"{prefix}{name}:{output[-1] if output else 0}"
    return prefix + name


def _name_of(function: bytes) -> str:
    for each in fields_of(function):
        if each.number == 1:
            return next((part.text() for part in each.fields() if part.number == 1), "")
    return ""


def _function(body: bytes) -> _Function:
    found = _Function()
    for each in fields_of(body):
        if each.number == 1:
            for part in each.fields():
                if part.number in (2, 3):
                    side = found.arguments if part.number == 2 else found.results
                    side.append(next((p.text() for p in part.fields() if p.number == 1), ""))
        elif each.number == 3:
            checked_count(len(found.nodes) + 1)
            found.nodes.append(_node(each))
        elif each.number == 4:
            pair = {part.number: part.text() for part in each.fields()}
            found.returned[pair.get(1, "")] = pair.get(2, "")
    return found


def _node(node: Field) -> _Node:
    found = _Node(Part("", ""))
    part = found.part
    for each in node.fields():
        if each.number == 1:
            part.name = each.text()
        elif each.number == 2:
            part.operator = each.text()
        elif each.number == 3 and (text := each.text()):
            part.inputs.append(text)
        elif each.number == 5:
            _attribute(each, found)
    _choose_role(found)
    return found


def _choose_role(node: _Node) -> None:
    """What the node's operator makes of it in the picture."""
    part = node.part
    if part.operator in _WEIGHTS:
        part.role = WEIGHT
        part.shape = None if part.operator == "Shape" else part.shape
    elif part.operator in _PASSING:
        part.role = PASSING
        part.inputs = [] if part.operator == "NextIteration" else part.inputs
    elif part.operator == "Placeholder":
        part.operator = INPUT
    elif part.operator not in _CALLS:
        node.calls = part.operator  # TensorFlow 1 calls a function by its name


def _attribute(entry: Field, node: _Node) -> None:
    name = ""
    for each in entry.fields():
        if each.number == 1:
            name = each.text()
        elif each.number == 2:
            for value in each.fields():
                _value(name, value, node)


def _value(name: str, value: Field, node: _Node) -> None:
    """AttrValue{1 list, 2 s, 3 i, 4 f, 5 b, 7 shape, 8 tensor, 10 func}; types are left out."""
    part = node.part
    if value.number == 7 and name == "shape":
        part.shape = _known(read_shape(value))
    elif value.number == 8:
        part.shape = _tensor_shape(value)
    elif value.number == 1:
        _list(name, value, part)
    elif value.number == 10 and name == "f":
        node.calls = next((each.text() for each in value.fields() if each.number == 1), "")
    elif text := _plain(value):
        part.note(name, text)


def _plain(value: Field) -> str:
    """A word or a number, or nothing."""
    if value.number == 2 and value.size < _WORD:
        return value.text()
    if value.number == 3:
        return str(signed(value.value))
    if value.number == 4:
        return f"{struct.unpack('<f', value.bytes())[0]:g}"
    return "True" if value.number == 5 and value.value else ""


def _list(name: str, value: Field, part: Part) -> None:
    """A list of whole numbers; `_output_shapes` are shapes."""
    whole: list[int] = []
    for each in value.fields():
        if each.number == 3:
            whole += whole_numbers(each)
        elif each.number == 7 and name == "_output_shapes" and part.shape is None:
            part.shape = _known(read_shape(each))
    if whole:
        part.note(name, str(tuple(whole)))


def _tensor_shape(tensor: Field) -> Shape | None:
    return next((_known(read_shape(e)) for e in tensor.fields() if e.number == 2), ())


def _known(shape: list[int | None] | None) -> Shape | None:
    return None if shape is None else tuple(shape)


def _signature(entry: Field) -> tuple[str, list[str]]:
    """The name of a signature and the tensors that it answers with, as keys."""
    name, tensors = "", []
    for each in entry.fields():
        if each.number == 1:
            name = each.text()
        elif each.number == 2:
            tensors = [text for text in _outputs(each) if text]
    return name, tensors


def _outputs(signature: Field) -> Iterator[str]:
    """SignatureDef{2 outputs{2 TensorInfo{1 name}}}."""
    for output in signature.fields():
        if output.number == 2:
            for part in output.fields():
                if part.number == 2:
                    yield from (each.text() for each in part.fields() if each.number == 1)
