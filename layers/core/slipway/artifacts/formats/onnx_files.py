"""ONNX models (onnx/onnx.proto): producer, operator sets, inputs and outputs."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from slipway.artifacts.archives.reader import Damaged
from slipway.artifacts.formats.protobuf import Field, fields, signed

if TYPE_CHECKING:
    from slipway.artifacts.archives.reader import Reader

_TYPES: Final = {
    1: "float32",
    2: "uint8",
    3: "int8",
    4: "uint16",
    5: "int16",
    6: "int32",
    7: "int64",
    8: "string",
    9: "bool",
    10: "float16",
    11: "float64",
    12: "uint32",
    13: "uint64",
    16: "bfloat16",
}
_MOST: Final = 64


def read_onnx(reader: Reader) -> dict[str, Any]:
    """`ir_version`, `producer`, `producer_version`, `opsets`, `inputs`, `outputs`."""
    found: dict[str, Any] = {"ir_version": 0, "opsets": {}, "inputs": {}, "outputs": {}}
    found["external"] = set()
    for field in fields(reader):
        if field.number == 1:
            found["ir_version"] = field.value
        elif field.number in (2, 3):
            found[{2: "producer", 3: "producer_version"}[field.number]] = field.text()
        elif field.number == 7:
            _graph(field, found)
        elif field.number == 8:
            _opset(field, found["opsets"])
    return found


def _opset(field: Field, opsets: dict[str, int]) -> None:
    domain, version = "", 0
    for part in field.fields():
        if part.number == 1:
            domain = part.text()
        elif part.number == 2:
            version = part.value
    if len(opsets) < _MOST:
        opsets[domain or "ai.onnx"] = version


def _graph(graph: Field, found: dict[str, Any]) -> None:
    for field in graph.fields():
        with suppress(Damaged):  # what nobody can load reads nothing
            if field.number == 1:
                _node(field, found)
            elif field.number == 5:
                _tensor_data(field, found)
        side = {11: "inputs", 12: "outputs"}.get(field.number)
        if side and len(found[side]) < _MOST:
            name, value = read_value(field)
            found[side][name] = value


def _node(node: Field, found: dict[str, Any]) -> None:
    """The tensors and graphs of an operator's attributes."""
    for attribute in (part for part in node.fields() if part.number == 5):
        for part in attribute.fields():
            if part.number in (5, 10) and not part.value:
                _tensor_data(part, found)
            elif part.number in (6, 11) and not part.value:
                _graph(part, {**found, "inputs": {}, "outputs": {}})


def _tensor_data(tensor: Field, found: dict[str, Any]) -> None:
    """Where a tensor's numbers lie that are not in the file."""
    for entry in (part for part in tensor.fields() if part.number == 13):
        texts = {part.number: part.text() for part in entry.fields() if part.number in (1, 2)}
        if texts.get(1) == "location" and len(found["external"]) < _MOST:
            found["external"].add(texts.get(2, ""))


def read_value(field: Field) -> tuple[str, dict[str, Any]]:
    """The name, element type and shape of a ValueInfoProto."""
    name, value = "", {"dtype": "unknown", "shape": None}
    for part in field.fields():
        if part.number == 1:
            name = part.text()
        elif part.number == 2:
            for kind in part.fields():
                if kind.number == 1:
                    value = _tensor(kind)
    return name, value


def _tensor(field: Field) -> dict[str, Any]:
    dtype, shape = "unknown", None
    for part in field.fields():
        if part.number == 1:
            dtype = _TYPES.get(part.value, f"type {part.value}")
        elif part.number == 2:
            shape = [_side(side) for side in part.fields() if side.number == 1]
    return {"dtype": dtype, "shape": shape}


def _side(field: Field) -> int | str | None:
    for part in field.fields():
        if part.number == 1:
            return part.value if signed(part.value) >= 0 else None
        if part.number == 2:
            return part.text()
    return None
