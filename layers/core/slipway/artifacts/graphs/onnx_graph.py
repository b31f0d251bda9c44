"""The graph of ONNX models: GraphProto{1 node, 5 initializer, 11 input, 12 output, 13 value_info}.

NodeProto{1 input, 2 output, 3 name, 4 op_type, 5 attribute} (onnx/onnx.proto).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from slipway.artifacts.formats.onnx_files import read_value
from slipway.artifacts.formats.protobuf import Field, fields, signed, whole_numbers
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
    from slipway.artifacts.archives.reader import Reader
    from slipway.artifacts.graphs.graph import Shape

_WORD: Final = 200
_PASSING: Final = ("Identity",)
_CONSTANTS: Final = ("Constant", "Shape")  # what is computed of sides alone is no part of it


def onnx_graph(reader: Reader) -> Graph:
    """The network of a model; Damaged where it has none."""
    found = _Found()
    for field in fields(reader):
        if field.number == 7:
            for part in field.fields():
                found.take(part)
    return found.graph()


class _Found:
    """The values of a graph by name: each made by a node, or there from the beginning."""

    def __init__(self) -> None:
        self._parts: dict[str, Part] = {}
        self._shapes: dict[str, Shape] = {}
        self._outputs: list[str] = []

    def take(self, field: Field) -> None:
        """Read one field of the graph."""
        if field.number == 1:
            self._node(field)
        elif field.number == 5:
            self._initializer(field)
        elif field.number in (11, 12, 13):
            self._value(field)
        checked_count(len(self._parts) + len(self._shapes))

    def _node(self, field: Field) -> None:
        part, outputs = _node(field)
        if not outputs:
            return
        if part.operator in _PASSING:
            part.role = PASSING
        elif part.operator in _CONSTANTS:
            part.role = WEIGHT
        part.name = part.name or outputs[0]
        self._parts[outputs[0]] = part
        for more in outputs[1:]:
            self._parts[more] = Part(more, "", [outputs[0]], role=PASSING)

    def _initializer(self, field: Field) -> None:
        name, shape = _tensor(field)
        self._parts[name] = Part(name, "", shape=shape, role=WEIGHT)

    def _value(self, field: Field) -> None:
        name, value = read_value(field)
        if value["shape"] is not None:
            self._shapes[name] = tuple(_side(side) for side in value["shape"])
        if field.number == 12:
            self._outputs.append(name)
        elif field.number == 11 and name not in self._parts:
            self._parts[name] = Part(name, INPUT)

    def graph(self) -> Graph:
        """What all of it is together."""
        for name, part in self._parts.items():
            part.shape = self._shapes.get(name, part.shape)
        return assemble(self._parts, self._outputs)


def _node(field: Field) -> tuple[Part, list[str]]:
    """A node, and the names of its outputs."""
    part, outputs = Part("", ""), []
    for each in field.fields():
        if each.number == 1:
            part.inputs.append(each.text())
        elif each.number == 2:
            outputs.append(each.text())
        elif each.number == 3:
            part.name = each.text()
        elif each.number == 4:
            part.operator = each.text()
        elif each.number == 5:
            _attribute(each, part)
    return part, outputs


def _side(side: int | str | None) -> int | None:
    return side if isinstance(side, int) else None


def _attribute(field: Field, part: Part) -> None:
    """AttributeProto{1 name, 2 f, 3 i, 4 s, 5 t, 8 ints}; other values are left out."""
    name, value, whole = "", "", []
    for each in field.fields():
        if each.number == 1:
            name = each.text()
        elif each.number in (2, 3, 4):
            value = _plain(each)
        elif each.number == 5:
            part.shape = _tensor(each)[1]
        elif each.number == 8:
            whole += whole_numbers(each)
    if whole or value:
        part.note(name, str(tuple(whole)) if whole else value)


def _plain(field: Field) -> str:
    """A number or a word; nothing of a long one."""
    if field.number == 2:
        return f"{struct.unpack('<f', field.bytes())[0]:g}"
    if field.number == 3:
        return str(signed(field.value))
    return field.text() if field.size < _WORD else ""


def _tensor(field: Field) -> tuple[str, Shape]:
    """TensorProto{1 dims, 8 name}; its elements are passed over."""
    name, sides = "", []
    for each in field.fields():
        if each.number == 1:
            sides += whole_numbers(each)
        elif each.number == 8:
            name = each.text()
    return name, tuple(sides)
