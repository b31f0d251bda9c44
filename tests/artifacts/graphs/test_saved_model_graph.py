"""SavedModels as graphs, written here by the format's description, and a real one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from slipway.artifacts.archives.reader import Damaged, reader_of
from slipway.artifacts.graphs.saved_model_graph import saved_model_graph

from tests.artifacts.members.test_member import field, varint

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway.artifacts.graphs.graph import Graph


def shape(*sides: int) -> bytes:
    return b"".join(field(2, field(1, side % 2**64)) for side in sides)


def attribute(name: bytes, value: bytes) -> bytes:
    return field(5, field(1, name) + field(2, value))


def node(name: bytes, operator: bytes, *inputs: bytes, more: bytes = b"") -> bytes:
    return field(1, name) + field(2, operator) + b"".join(field(3, e) for e in inputs) + more


def calling(function: bytes) -> bytes:
    return attribute(b"f", field(10, field(1, function)))


def function(
    name: bytes, arguments: list[bytes], result: bytes, source: bytes, *nodes: bytes
) -> bytes:
    signature = field(1, name) + b"".join(field(2, field(1, each)) for each in arguments)
    body = field(1, signature + (field(3, field(1, result)) if result else b""))
    body += b"".join(field(3, each) for each in nodes)
    return field(1, body + field(4, field(1, result) + field(2, source)))


def read(nodes: list[bytes], output: bytes, functions: list[bytes] | None = None) -> Graph:
    graph = b"".join(field(1, each) for each in nodes) + field(2, b"".join(functions or []))
    outputs = field(2, field(1, b"y") + field(2, field(1, output)))
    signature = field(5, field(1, b"serving_default") + field(2, outputs))
    return saved_model_graph(reader_of(field(1, 1) + field(2, field(2, graph) + signature)))


def test_variables_are_folded_and_control_inputs_left_out() -> None:
    variable = attribute(b"shape", field(7, shape(3, 3, 1, 8)))
    steps = attribute(b"strides", field(1, field(3, b"".join(map(varint, (1, 2, 2, 1))))))
    given = attribute(b"_output_shapes", field(1, field(7, shape(-1, 13, 13, 8))))
    graph = read(
        [
            node(b"x", b"Placeholder", more=attribute(b"shape", field(7, shape(-1, 28, 28, 1)))),
            node(b"w", b"VarHandleOp", more=variable),
            node(b"w/read", b"ReadVariableOp", b"w"),
            node(b"init", b"NoOp", b"^w"),
            node(b"conv", b"Conv2D", b"x", b"w/read", b"^init", more=steps + given),
            node(b"save", b"SaveV2", b"w/read"),
        ],
        b"conv:0",
    )
    x, conv = graph.layers
    assert (x.operator, x.shape) == ("Input", (None, 28, 28, 1))
    assert (conv.weights, conv.shape) == (((3, 3, 1, 8),), (None, 13, 13, 8))
    assert conv.attributes == {"strides": "(1, 2, 2, 1)"}
    assert graph.learnt == 72


def test_functions_are_written_out_where_they_are_called() -> None:
    inner = function(
        b"inner",
        [b"a", b"b"],
        b"sum",
        b"add:z:0",
        node(b"read", b"ReadVariableOp", b"b"),
        node(b"add", b"AddV2", b"a", b"read:value:0"),
    )
    outer = function(
        b"outer",
        [b"x", b"w"],
        b"out",
        b"id:output:0",
        node(b"once", b"PartitionedCall", b"x", b"w", more=calling(b"inner")),
        node(b"twice", b"PartitionedCall", b"once:output:0", b"w", more=calling(b"inner")),
        node(b"id", b"Identity", b"twice:output:0"),
    )
    graph = read(
        [
            node(b"x", b"Placeholder"),
            node(b"w", b"VarHandleOp", more=attribute(b"shape", field(7, shape(4)))),
            node(b"call", b"StatefulPartitionedCall", b"x", b"w", more=calling(b"outer")),
        ],
        b"call:0",
        [inner, outer],
    )
    assert [(layer.operator, layer.inputs) for layer in graph.layers] == [
        ("Input", ()),
        ("AddV2", (0,)),
        ("AddV2", (1,)),
    ]
    assert graph.learnt == 4


def test_a_real_one(real: Callable[[str], bytes]) -> None:
    graph = saved_model_graph(reader_of(real("tensorflow/half_plus_two/00000123/saved_model.pb")))
    assert [layer.operator for layer in graph.layers] == ["Input", "ParseExample", "Mul", "Add"]


def doubling(depth: int, result: bytes = b"y") -> list[bytes]:
    """Functions of which each calls the next twice."""
    return [
        function(
            b"f%d" % number,
            [b"x"],
            result,
            b"b:output:0",
            node(b"a", b"PartitionedCall", b"x", more=calling(b"f%d" % (number + 1))),
            node(b"b", b"PartitionedCall", b"a:output:0", more=calling(b"f%d" % (number + 1))),
        )
        for number in range(depth)
    ]


@pytest.mark.parametrize(
    ("nodes", "functions", "said"),
    [
        ([], [], "no operator"),
        ([node(b"y", b"Add", b"z"), node(b"z", b"Neg", b"y")], [], "circle"),
        ([node(b"%d" % n, b"NoOp") for n in range(20_001)], [], "more than 20000"),
        (
            [node(b"y", b"PartitionedCall", more=calling(b"me"))],
            [
                function(
                    b"me", [], b"o", b"n:o:0", node(b"n", b"PartitionedCall", more=calling(b"me"))
                )
            ],
            "32 deep",
        ),
        ([node(b"y", b"PartitionedCall", b"x", more=calling(b"f0"))], doubling(30), "20000"),
        (
            [node(b"y", b"PartitionedCall", more=calling(b"f0"))],
            doubling(30, b""),
            "more than 20000",
        ),
    ],
    ids=["empty", "circle", "large", "endless", "doubling", "doubling nothing"],
)
def test_hostile_models_are_refused(nodes: list[bytes], functions: list[bytes], said: str) -> None:
    with pytest.raises(Damaged, match=said):
        read(nodes, b"y:0", functions)
