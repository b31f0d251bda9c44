"""Networks as graphs: operators in the order they are computed, with their weights folded in.

    format's reader ──► parts by key ──► assemble: what the outputs need, in order ──► Graph
                        (operators, weights, and what only passes a value on)

Nothing is loaded or computed. Whatever a file claims, a graph stays within LIMIT operators.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from slipway.artifacts.archives.reader import Damaged

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LIMIT: Final = 20_000
OPERATOR, WEIGHT, PASSING = "operator", "weight", "passing"
INPUT: Final = "Input"
_TEXT: Final = 200
_ATTRIBUTES: Final = 24
_WEIGHTS: Final = 64

Shape = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Layer:
    """An operator; `inputs` are the places in the graph of those before it, all smaller.

    `weights` are the shapes of its own parameters; `shape` is its output's, None where it is not
    told, with None for a side that varies.
    """

    name: str
    operator: str
    inputs: tuple[int, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    weights: tuple[Shape, ...] = ()
    shape: Shape | None = None


@dataclass(frozen=True, slots=True)
class Graph:
    """A network: its layers, each after those it takes its inputs from.

    `learnt` is how many numbers its weights hold, as far as their shapes are told.
    """

    layers: tuple[Layer, ...]
    learnt: int = 0


@dataclass(slots=True)
class Part:
    """A node as a format has it; `inputs` are keys, of which unknown ones are left out.

    `role`: an operator, a weight (folded into what uses it), or passing (its first input instead).
    """

    name: str
    operator: str
    inputs: list[str] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    shape: Shape | None = None
    role: str = OPERATOR

    def note(self, name: str, value: str) -> None:
        """Keep an attribute, cut to what is worth reading."""
        if len(self.attributes) < _ATTRIBUTES:
            self.attributes[cut(name)] = cut(value)


def cut(text: str) -> str:
    """Text of a file, short enough to keep."""
    return text if len(text) <= _TEXT else text[: _TEXT - 1] + "…"


def checked_count(count: int) -> int:
    """The count; Damaged where a graph would be too large to be one of a network."""
    if count > LIMIT:
        raise Damaged(f"its graph has more than {LIMIT} nodes")
    return count


def assemble(parts: Mapping[str, Part], outputs: Iterable[str]) -> Graph:
    """The graph that the outputs need; Damaged where it runs in a circle or has no operator."""
    sources = _Sources(parts)
    wanted = [key for output in outputs if (key := sources.behind(output)) is not None]
    order = _ordered(_needed(wanted, sources))
    layers: list[Layer] = []
    places: dict[str, int] = {}
    constants: dict[str, tuple[Shape, ...]] = {}
    for key in order:
        layer = _layer(parts[key], sources.of(key), places, constants, parts)
        if layer.weights and not layer.inputs and key not in wanted:
            constants[key] = layer.weights
        else:
            places[key] = len(layers)
            layers.append(layer)
    if not layers:
        raise Damaged("its graph has no operator")
    used = {source for key in order for source in sources.of(key)}
    learnt = sum(_size(parts[key].shape) for key in used if parts[key].role == WEIGHT)
    return Graph(tuple(layers), learnt)


def _size(shape: Shape | None) -> int:
    return math.prod(side or 0 for side in shape) if shape is not None else 0


def _layer(
    part: Part,
    sources: list[str],
    places: Mapping[str, int],
    constants: Mapping[str, tuple[Shape, ...]],
    parts: Mapping[str, Part],
) -> Layer:
    """A layer, with its weights and those of what is computed from nothing but weights."""
    inputs = dict.fromkeys(places[key] for key in sources if key in places)
    weights: list[Shape] = []
    for key in sources:
        if parts[key].role == WEIGHT:
            weights.append(parts[key].shape or ())
        weights += constants.get(key, ())
        if len(weights) >= _WEIGHTS:
            break
    kept = tuple(weights[:_WEIGHTS])
    return Layer(
        cut(part.name), cut(part.operator), tuple(inputs), part.attributes, kept, part.shape
    )


class _Sources:
    """Where values come from when what only passes them on is left out."""

    def __init__(self, parts: Mapping[str, Part]) -> None:
        self._parts = parts
        self._behind: dict[str, str | None] = {}

    def of(self, key: str) -> list[str]:
        """The operators and weights that a node takes its inputs from."""
        found = (self.behind(each) for each in self._parts[key].inputs)
        return [each for each in found if each is not None]

    def operator(self, key: str) -> bool:
        """Whether the node is an operator."""
        return self._parts[key].role == OPERATOR

    def behind(self, key: str) -> str | None:
        """The operator or weight at the end of a chain of passing nodes; None where it is loose."""
        chain: dict[str, None] = {}
        end: str | None = key
        while end is not None and end not in self._behind:
            part = self._parts.get(end)
            if part is None or part.role != PASSING:
                self._behind[end] = end if part else None
                break
            if end in chain:
                raise Damaged(f"its graph runs in a circle at {cut(end)!r}")
            chain[end] = None
            end = part.inputs[0] if part.inputs else None
        found = self._behind[end] if end is not None else None
        self._behind.update(dict.fromkeys(chain, found))
        return found


def _needed(wanted: Iterable[str], sources: _Sources) -> dict[str, list[str]]:
    """The operators that these need, each with the operators it needs."""
    needed: dict[str, list[str]] = {}
    waiting = [key for key in wanted if sources.operator(key)]
    while waiting:
        key = waiting.pop()
        if key not in needed:
            checked_count(len(needed) + 1)
            needed[key] = [each for each in sources.of(key) if sources.operator(each)]
            waiting += needed[key]
    return needed


def _ordered(needed: dict[str, list[str]]) -> list[str]:
    """Each after what it needs; Damaged where that cannot be."""
    users: dict[str, list[str]] = {key: [] for key in needed}
    missing = {key: len(before) for key, before in needed.items()}
    for key, before in needed.items():
        for each in before:
            users[each].append(key)
    ready = deque(key for key in reversed(needed) if not missing[key])
    order = []
    while ready:
        order.append(key := ready.popleft())
        for user in users[key]:
            missing[user] -= 1
            if not missing[user]:
                ready.append(user)
    if len(order) < len(needed):
        stuck = next(key for key, count in missing.items() if count)
        raise Damaged(f"its graph runs in a circle at {cut(stuck)!r}")
    return order
