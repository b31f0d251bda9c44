"""The graph of a Keras 3 model: config.json inside the .keras file, layer by layer.

A Functional layer names what it takes in `inbound_nodes`, a Sequential one takes the one before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from slipway.artifacts.archives.reader import Damaged
from slipway.artifacts.graphs.graph import INPUT, Graph, Part, assemble, checked_count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway.artifacts.graphs.graph import Shape

_SHOWN: Final = (str, int, float)


def keras_graph(document: Any) -> Graph:  # noqa: ANN401 - JSON
    """The network of a config.json; Damaged where it lists no layers."""
    config = document.get("config") if isinstance(document, dict) else None
    layers = config.get("layers") if isinstance(config, dict) else None
    if not isinstance(layers, list) or not all(isinstance(each, dict) for each in layers):
        raise Damaged("it lists no layers: only Sequential and Functional models do")
    checked_count(len(layers))
    parts: dict[str, Part] = {}
    before: list[str] = []
    for layer in layers:
        part = _part(layer, before if document.get("class_name") == "Sequential" else [])
        parts[part.name] = part
        before = [part.name]
    used = {source for part in parts.values() for source in part.inputs}
    return assemble(parts, [name for name in parts if name not in used])


def _part(layer: dict[str, Any], before: list[str]) -> Part:
    config = layer.get("config")
    config = config if isinstance(config, dict) else {}
    operator = str(layer.get("class_name", ""))
    name = str(layer.get("name") or config.get("name", ""))
    inputs = before or list(dict.fromkeys(_sources(layer.get("inbound_nodes"))))
    part = Part(name, INPUT if operator == "InputLayer" else operator, inputs)
    part.shape = _shape(config.get("batch_shape") or config.get("batch_input_shape"))
    for key, value in config.items():
        if key != "name" and isinstance(value, _SHOWN):
            part.note(key, str(value))
        elif isinstance(value, list) and all(isinstance(each, int) for each in value):
            part.note(key, str(tuple(value)))
    return part


def _shape(sides: Any) -> Shape | None:  # noqa: ANN401 - JSON
    if not isinstance(sides, list):
        return None
    return tuple(side if isinstance(side, int) else None for side in sides)


def _sources(inbound: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    """The layers that the tensors of a call come from, in the form of Keras 3 or of Keras 2."""
    waiting = [inbound]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            history = each.get("keras_history")
            waiting += [history] if history else reversed(list(each.values()))
        elif isinstance(each, list) and each and isinstance(each[0], str):
            yield each[0]
        elif isinstance(each, list):
            waiting += reversed(each)
