"""ONNX models as graphs, written here by the format's description."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest
from slipway.artifacts.archives.reader import Damaged, reader_of
from slipway.artifacts.graphs.onnx_graph import onnx_graph

from tests.artifacts.members.test_member import field, varint

if TYPE_CHECKING:
    from slipway.artifacts.graphs.graph import Graph


def node(operator: bytes, inputs: list[bytes], outputs: list[bytes], more: bytes = b"") -> bytes:
    named = b"".join(field(1, name) for name in inputs)
    named += b"".join(field(2, name) for name in outputs)
    return field(1, named + field(3, b"") + field(4, operator) + more)


def initializer(name: bytes, *sides: int) -> bytes:
    packed = b"".join(map(varint, sides))
    return field(5, field(1, packed) + field(2, 1) + field(8, name) + field(9, bytes(200_000)))


def value(number: int, name: bytes, *sides: int) -> bytes:
    shape = b"".join(field(1, field(1, side) if side else field(2, b"N")) for side in sides)
    return field(number, field(1, name) + field(2, field(1, field(1, 1) + field(2, shape))))


def read(*parts: bytes) -> Graph:
    return onnx_graph(reader_of(field(1, 8) + field(7, b"".join(parts))))


def test_a_network() -> None:
    kernel = field(5, field(1, b"kernel_shape") + field(8, varint(3) + varint(3)))
    alpha = field(5, field(1, b"alpha") + varint(2 << 3 | 5) + struct.pack("<f", 0.25))
    graph = read(
        node(b"Conv", [b"x", b"w"], [b"c"], kernel),
        node(b"Identity", [b"c"], [b"i"]),
        node(b"Shape", [b"x"], [b"sides"]),
        node(b"LeakyRelu", [b"i"], [b"y"], alpha),
        node(b"Reshape", [b"y", b"sides"], [b"z"]),
        initializer(b"w", 8, 3, 3, 3),
        value(11, b"x", 0, 3, 8, 8),
        value(11, b"w", 8, 3, 3, 3),
        value(12, b"z", 0, 8),
        value(13, b"c", 0, 8, 6, 6),
    )
    x, conv, relu, reshape = graph.layers
    assert (x.operator, x.shape) == ("Input", (None, 3, 8, 8))
    assert (conv.name, conv.weights, conv.shape) == ("c", ((8, 3, 3, 3),), (None, 8, 6, 6))
    assert conv.attributes == {"kernel_shape": "(3, 3)"}
    assert relu.attributes == {"alpha": "0.25"}
    assert (reshape.inputs, reshape.shape) == ((2,), (None, 8))
    assert graph.learnt == 216


def test_constants_are_weights_too() -> None:
    tensor = field(5, field(1, varint(4) + varint(2)) + field(9, bytes(32)))
    constant = node(b"Constant", [], [b"w"], field(5, field(1, b"value") + tensor))
    graph = read(
        value(11, b"x", 2**64 - 1, 4),
        constant,
        node(b"MatMul", [b"x", b"w"], [b"y"]),
        value(12, b"y", 0, 2),
    )
    assert [layer.shape for layer in graph.layers] == [(None, 4), (None, 2)]
    assert graph.layers[1].weights == ((4, 2),)


def test_second_outputs_come_from_the_same_node() -> None:
    graph = read(
        value(11, b"x", 4),
        node(b"Split", [b"x"], [b"a", b"b"]),
        node(b"Add", [b"a", b"b"], [b"y"]),
        value(12, b"y", 4),
    )
    assert [layer.inputs for layer in graph.layers] == [(), (0,), (1,)]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([], "no operator"),
        ([node(b"Add", [b"y"], [b"y"]), value(12, b"y", 4)], "circle"),
        ([node(b"A", [], [b"%d" % n]) for n in range(20_001)], "more than 20000"),
        ([field(1, field(4, bytes(70_000)))], "longer than expected"),
        ([field(1, b"\xff\xff")], "too early|reaches out"),
    ],
)
def test_hostile_models_are_refused(parts: list[bytes], said: str) -> None:
    with pytest.raises(Damaged, match=said):
        read(*parts)
