"""TensorFlow's saved_model.pb, without TensorFlow: version, tags and signatures.

SavedModel{1 schema version, 2 MetaGraphDef{1 MetaInfoDef{4 tags, 5 tensorflow_version}, 2 graph,
5 signature_def}} (tensorflow/core/protobuf/{saved_model,meta_graph}.proto).
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from slipway.artifacts.archives.reader import Damaged
from slipway.artifacts.formats.protobuf import Field, fields, fields_of, signed

if TYPE_CHECKING:
    from slipway.artifacts.archives.reader import Reader

TYPES: Final = {
    1: "float32",
    2: "float64",
    3: "int32",
    4: "uint8",
    5: "int16",
    6: "int8",
    7: "string",
    8: "complex64",
    9: "int64",
    10: "bool",
    14: "bfloat16",
    17: "uint16",
    19: "float16",
    20: "resource",
    22: "uint32",
    23: "uint64",
}
OUTSIDE: Final = frozenset(  # that read or write files, or run Python
    {
        *("EagerPyFunc", "MatchingFiles", "PyFunc", "PyFuncStateless", "ReadFile"),
        *("WholeFileReader", "WholeFileReaderV2", "WriteFile"),
    }
)
_LONGEST: Final = 64
_SIGNATURES: Final = 16
_TENSORS: Final = 32
_INIT: Final = "__saved_model_init_op"


def read_saved_model(reader: Reader) -> dict[str, Any]:
    """`schema`, `version`, `tags`, `signatures`; Damaged where it is no SavedModel."""
    found: dict[str, Any] = {"schema": 0, "version": "", "tags": [], "signatures": {}}
    for field in fields(reader):
        if field.number == 1:
            found["schema"] = field.value
        elif field.number == 2:
            _meta_graph(field, found)
    return found


def _meta_graph(graph: Field, found: dict[str, Any]) -> None:
    for field in graph.fields():
        if field.number == 1:
            _meta_info(field, found)
        elif field.number == 2:
            with suppress(Damaged):  # a graph that nobody can load runs nothing
                _graph_def(field, found)
        elif field.number == 5 and len(found["signatures"]) < _SIGNATURES:
            name, body = _entry(field)
            if name != _INIT:
                found["signatures"][name] = _signature(body)


def _graph_def(graph: Field, found: dict[str, Any]) -> None:
    """The operators that reach out of the graph: of its nodes, and of its library's functions."""
    for field in graph.fields():
        if field.number == 1:
            _node(field, found)
        elif field.number == 2:
            for function in (part for part in field.fields() if part.number == 1):
                for node in (part for part in function.fields() if part.number == 3):
                    _node(node, found)


def _node(node: Field, found: dict[str, Any]) -> None:
    node.reader.effort.step(1)
    for field in node.fields():
        if field.number == 2 and field.size <= _LONGEST and (name := field.text()) in OUTSIDE:
            found.setdefault("outside", set()).add(name)


def _meta_info(info: Field, found: dict[str, Any]) -> None:
    for field in info.fields():
        if field.number == 4 and len(found["tags"]) < _SIGNATURES:
            found["tags"].append(field.text())
        elif field.number == 5:
            found["version"] = field.text()


def _entry(field: Field) -> tuple[str, bytes]:
    """The key and value of an entry of a map."""
    parts = {part.number: part.bytes() for part in field.fields()}
    return parts.get(1, b"").decode("utf-8", "replace"), parts.get(2, b"")


def _signature(body: bytes) -> dict[str, Any]:
    signature: dict[str, Any] = {"inputs": {}, "outputs": {}, "method": ""}
    for field in fields_of(body):
        side = {1: "inputs", 2: "outputs"}.get(field.number)
        if side and len(signature[side]) < _TENSORS:
            name, tensor = _entry(field)
            signature[side][name] = _tensor(tensor)
        elif field.number == 3:
            signature["method"] = field.text()
    return signature


def _tensor(body: bytes) -> dict[str, Any]:
    """`{"dtype": …, "shape": [null for unknown, …] or null}` of a TensorInfo."""
    dtype, shape = "unknown", None
    for field in fields_of(body):
        if field.number == 2:
            dtype = TYPES.get(field.value, f"type {field.value}")
        elif field.number == 3:
            shape = read_shape(field)
    return {"dtype": dtype, "shape": shape}


def read_shape(field: Field) -> list[int | None] | None:
    """A TensorShapeProto: None for a side that is unknown, or for all of it."""
    sides: list[int | None] = []
    for dimension in field.fields():
        if dimension.number == 3 and dimension.value:
            return None
        if dimension.number == 2:
            sizes = [signed(part.value) for part in dimension.fields() if part.number == 1]
            size = sizes[0] if sizes else 0
            sides.append(None if size < 0 else size)
    return sides
