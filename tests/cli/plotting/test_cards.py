"""Which layers share a card."""

from slipway.artifacts.graphs.graph import Graph, Layer
from slipway_cli.plotting.cards import stack


def chained(*operators: str) -> list[Layer]:
    return [Layer(op, op, (n - 1,) if n else ()) for n, op in enumerate(operators)]


def test_light_layers_stand_on_what_they_follow() -> None:
    layers = chained("Input", "Convolution", "BatchNorm", "relu", "Convolution", "relu")
    cards = stack(Graph(tuple(layers)))
    assert [[layer.operator for layer in card.layers] for card in cards] == [
        ["Input"],
        ["Convolution", "BatchNorm", "relu"],
        ["Convolution", "relu"],
    ]
    assert [card.inputs for card in cards] == [[], [0], [1]]


def test_a_value_that_two_use_ends_its_card() -> None:
    layers = [*chained("Input", "Convolution", "relu"), Layer("add", "elemwise_add", (2, 1))]
    cards = stack(Graph(tuple(layers)))
    assert [len(card.layers) for card in cards] == [1, 1, 1, 1]
    assert cards[3].inputs == [2, 1]


def test_no_card_is_too_high() -> None:
    layers = [Layer("0", "Convolution"), *(Layer(str(n), "relu", (n - 1,)) for n in range(1, 30))]
    cards = stack(Graph(tuple(layers)))
    assert [len(card.layers) for card in cards] == [12, 12, 6]
    assert [card.inputs for card in cards] == [[], [0], [1]]


def test_an_input_stands_alone() -> None:
    assert len(stack(Graph(tuple(chained("Input", "BatchNorm"))))) == 2
