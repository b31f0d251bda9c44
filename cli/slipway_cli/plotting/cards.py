"""Layers stacked into cards: a chain of light ones stands on the card of what they follow."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from slipway.artifacts.graphs.graph import Graph, Layer

from slipway_cli.plotting.words import family_of

_HIGHEST = 12


@dataclass(slots=True)
class Card:
    """Layers one after the other, and the cards that the first of them takes its inputs from."""

    layers: list[Layer]
    inputs: list[int] = field(default_factory=list)


def stack(graph: Graph) -> list[Card]:
    """The cards of a graph, each after those it takes its inputs from.

    A light layer joins the card that ends with its only input, where nothing else uses that and
    the card is not too high to be taken in at a glance.
    """
    users = [0] * len(graph.layers)
    for layer in graph.layers:
        for place in layer.inputs:
            users[place] += 1
    cards: list[Card] = []
    home: list[int] = []
    for layer in graph.layers:
        before = layer.inputs[0] if len(layer.inputs) == 1 else -1
        alone = before >= 0 and users[before] == 1
        if alone and _joins(layer, cards[home[before]]):
            cards[home[before]].layers.append(layer)
            home.append(home[before])
        else:
            home.append(len(cards))
            cards.append(Card([layer], _homes(layer.inputs, home)))
    return cards


def _joins(layer: Layer, card: Card) -> bool:
    low = len(card.layers) < _HIGHEST and family_of(card.layers[0]).name != "input"
    return low and family_of(layer).light


def _homes(places: Iterable[int], home: list[int]) -> list[int]:
    return list(dict.fromkeys(home[place] for place in places))
