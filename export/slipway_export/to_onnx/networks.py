"""MXNet's networks as ONNX: Image Classification, Object Detection and bring-your-own symbols."""

import json
import math
import re
from typing import Any, Final

import numpy as np

from slipway_export.model import Array, Export, ExportRefused, Model, Tolerance
from slipway_export.ndarrays import read_arrays
from slipway_export.networks.numpy_boxes import selected
from slipway_export.networks.symbols import DETECTION, Node, Place, read_graph
from slipway_export.to_onnx.graphs import GraphWriter
from slipway_export.to_onnx.proofs import Outputs, noise, prove
from slipway_export.to_onnx.runtime import opened
from slipway_export.to_onnx.symbol_writer import Network

_DETECTIONS, _BOXES, _PROBABILITIES = "detections", "boxes", "probabilities"
_SOFTMAX: Final = ("Softmax", "SoftmaxActivation", "SoftmaxOutput", "softmax")
_DEEP: Final = Tolerance(relative=1e-4, absolute=1e-4)  # float32 through a hundred layers
_USUAL: Final = {"image-classification": 224, "object-detection": 300}  # the algorithms' defaults
_LARGEST: Final = 1 << 24  # numbers of one input, 3 x 2364 x 2364
_SCRIPT: Final = "code/inference.py is not part of the export: it takes and gives tensors"
_PICTURES: Final = "a picture's red, green and blue go in from 0 to 255, resized to {} x {}"


def convert(model: Model) -> Export:
    """The network's input to its outputs, by their names in the symbol.

    Beside the output of a softmax stands `<name>_logits`, what went into it. A network that detects
    gives `detections`, as onnx_boxes says, and what they are chosen from: `boxes` of shape (rows,
    anchors, 4) and `probabilities` of shape (rows, classes, anchors), class 0 the background.
    """
    network = _read(model)
    rows = _pictures(network.sides)
    values, writer = network.evaluate(rows), GraphWriter()
    names, places = network.write(writer, values), _outputs(network)
    for name, place in places.items():
        writer.output(names[place], name, values[place].shape[1:])
    content = writer.written(model)
    answer = opened(content)
    expected = {name: values[place] for name, place in places.items()}
    if _DETECTIONS in places:
        node = network.graph.nodes[places[_DETECTIONS][0]]
        expected[_DETECTIONS] = _best(node, answer(rows))
    proof = prove(rows, expected, answer, _DEEP)
    return Export({"model.onnx": content}, proof, _note(model, network.sides))


def _note(model: Model, sides: tuple[int, ...]) -> str:
    if model.inspection.kind in _USUAL:
        return _PICTURES.format(*sides[1:])
    return _SCRIPT if model.inspection.entry_point else ""


def _outputs(network: Network) -> dict[str, Place]:
    """Where each output is found."""
    outputs: dict[str, Place] = {}
    for number, place in network.graph.served():
        node = network.graph.nodes[number]
        if node.operator == DETECTION:
            return {
                _DETECTIONS: (number, 0),
                _BOXES: (number, 1),
                _PROBABILITIES: node.inputs[0],
            }
        name = node.name if place == 0 else f"{node.name}_{place}"
        outputs[name] = (number, place)
        if node.operator in _SOFTMAX:
            outputs[f"{name}_logits"] = node.inputs[0]
    return outputs


def _best(node: Node, given: Outputs) -> Array:
    """The detections among the export's own boxes, chosen with numpy.

    Among numpy's boxes, two that are equal but for rounding could change places. The boxes that
    the export chooses from are held to numpy's themselves.
    """
    return selected(node, given[_PROBABILITIES], given[_BOXES])


def _pictures(sides: tuple[int, ...]) -> Array:
    """Two rows: numbers as pixels have, and numbers around zero."""
    pixels = np.random.default_rng(0).uniform(0, 255, sides)
    return np.stack([pixels, noise(*sides)]).astype(np.float32)


def _read(model: Model) -> Network:
    symbol = model.inspection.model_file
    prefix = re.escape(symbol.removesuffix("-symbol.json"))
    epochs = sorted(name for name in model.members if re.fullmatch(rf"{prefix}-\d+\.params", name))
    if not epochs:
        raise ExportRefused(f"beside {symbol} there is no file of its weights, …-0000.params")
    weights = {
        name: array.astype(np.float32)
        for name, array in read_arrays(model.members[epochs[-1]]).items()
    }
    return Network(read_graph(model.content), weights, _sides(model))


def _sides(model: Model) -> tuple[int, ...]:
    """Channels, height and width, as the archive or the algorithm's default says."""
    try:
        sides = _said(model)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        remedy = 'put a model-shapes.json beside it: [{"name": "data", "shape": [1, 3, 224, 224]}]'
        raise ExportRefused(f"the shape of its input is not known; {remedy}") from error
    if min(sides) < 1 or math.prod(sides) > _LARGEST:
        raise ExportRefused(f"its input is said to have the sides {sides}")
    return sides


def _said(model: Model) -> tuple[int, ...]:
    folder = model.inspection.model_file.rpartition("/")[0]
    for each in _json(model, folder, "model-shapes.json") or []:
        if len(each["shape"]) > 1:
            return tuple(int(side) for side in each["shape"][1:])
    side = (_json(model, folder, "hyperparams.json") or {}).get("image_shape")
    side = int(side or _USUAL[model.inspection.kind])
    return 3, side, side


def _json(model: Model, folder: str, name: str) -> Any:  # noqa: ANN401 - JSON
    content = model.members.get(f"{folder}/{name}" if folder else name)
    return json.loads(content) if content else None
