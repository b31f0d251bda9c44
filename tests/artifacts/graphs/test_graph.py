"""Parts become a graph: folded, in order, within bounds, whatever they claim."""

from __future__ import annotations

import pytest
from slipway.artifacts.archives.reader import Damaged
from slipway.artifacts.graphs.graph import LIMIT, PASSING, WEIGHT, Graph, Part, assemble


def operator(*inputs: str) -> Part:
    return Part("", "op", list(inputs))


def weight(*shape: int) -> Part:
    return Part("", "", shape=shape, role=WEIGHT)


def passing(*inputs: str) -> Part:
    return Part("", "", list(inputs), role=PASSING)


def shown(graph: Graph) -> list[tuple[int, ...]]:
    return [layer.inputs for layer in graph.layers]


def test_only_what_the_outputs_need_is_there_and_in_order() -> None:
    parts = {"d": operator("b", "c"), "c": operator("a"), "b": operator("a"), "a": operator()}
    graph = assemble({**parts, "e": operator("a")}, ["d"])
    assert len(graph.layers) == 4
    assert all(place < number for number, each in enumerate(shown(graph)) for place in each)


def test_weights_are_folded_into_what_uses_them_and_counted_once() -> None:
    parts = {"a": operator(), "w": weight(3, 4), "b": operator("a", "w"), "c": operator("b", "w")}
    graph = assemble(parts, ["c"])
    assert [layer.weights for layer in graph.layers] == [(), ((3, 4),), ((3, 4),)]
    assert graph.learnt == 12


def test_what_is_computed_from_weights_alone_is_a_weight() -> None:
    parts = {"w": weight(5), "half": operator("w"), "a": operator(), "b": operator("a", "half")}
    graph = assemble(parts, ["b"])
    assert shown(graph) == [(), (0,)]
    assert graph.layers[1].weights == ((5,),)


def test_passing_nodes_are_left_out_however_many() -> None:
    parts = {"0": operator(), **{str(n): passing(str(n - 1)) for n in range(1, LIMIT)}}
    graph = assemble({**parts, "end": operator(str(LIMIT - 1))}, ["end"])
    assert shown(graph) == [(), (0,)]


def test_what_is_not_there_is_left_out() -> None:
    parts = {"a": operator("nowhere", "loose"), "loose": passing()}
    assert shown(assemble(parts, ["a", "nothing"])) == [()]


def test_a_deep_chain_needs_no_deep_stack() -> None:
    parts = {str(n): operator(*([str(n - 1)] if n else [])) for n in range(LIMIT)}
    assert len(assemble(parts, [str(LIMIT - 1)]).layers) == LIMIT


def test_texts_are_cut() -> None:
    part = Part("n" * 10**6, "o" * 10**6)
    for number in range(1000):
        part.note(f"{number}" * 1000, "v" * 10**6)
    [layer] = assemble({"a": part}, ["a"]).layers
    assert len(layer.name) == len(layer.operator) == 200
    assert len(layer.attributes) == 24
    assert all(len(name) <= 200 and len(value) <= 200 for name, value in layer.attributes.items())


@pytest.mark.parametrize(
    "parts",
    [
        {"a": operator("a")},
        {"a": operator("b"), "b": operator("c"), "c": operator("a")},
        {"a": operator("b"), "b": passing("c"), "c": passing("b")},
        {"a": operator("b"), "b": passing("b")},
    ],
)
def test_circles_are_refused(parts: dict[str, Part]) -> None:
    with pytest.raises(Damaged, match="runs in a circle at"):
        assemble(parts, ["a"])


def test_a_graph_without_an_operator_is_refused() -> None:
    with pytest.raises(Damaged, match="no operator"):
        assemble({"w": weight(3)}, ["w"])


def test_a_graph_that_is_too_large_is_refused() -> None:
    parts = {str(n): operator(*([str(n - 1)] if n else [])) for n in range(LIMIT + 1)}
    with pytest.raises(Damaged, match=f"more than {LIMIT} nodes"):
        assemble(parts, [str(LIMIT)])
