"""Layers stacked into cards: a chain of light ones stands on the card of what they follow."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from slipway.artifacts.graphs import Graph, Layer

from slipway_cli.plotting.words import family_of


@dataclass(slots=True)
class Card:
    """Layers one after the other, and the cards that the first of them takes its inputs from."""

    layers: list[Layer]
    inputs: list[int] = field(default_factory=list)


def stack(graph: Graph) -> list[Card]:
    """The cards of a graph, each after those it takes its inputs from.

    A light layer joins the card that ends with its only input, where nothing else uses that.
    """
    users = [0] * len(graph.layers)
    for layer in graph.layers:
        for place in layer.inputs:
            users[place] += 1
    cards: list[Card] = []
    home: list[int] = []
    for layer in graph.layers:
        before = layer.inputs[0] if len(layer.inputs) == 1 else -1
        if before >= 0 and users[before] == 1 and _joins(layer, graph.layers[before]):
            cards[home[before]].layers.append(layer)
            home.append(home[before])
        else:
            home.append(len(cards))
            cards.append(Card([layer], _homes(layer.inputs, home)))
    return cards


def _joins(layer: Layer, before: Layer) -> bool:
    return family_of(layer).light and family_of(before).name != "input"


def _homes(places: Iterable[int], home: list[int]) -> list[int]:
    return list(dict.fromkeys(home[place] for place in places))
