"""SSD's anchors and detections in ONNX's operators; of MXNet's sources, see numpy_boxes.

Detections keep MXNet's form: for each image one row an anchor of [class, score, left, top, right,
bottom], best first. A row that a better one suppresses has the class -1, and those below the
threshold are nothing but -1, behind the others. Of equal scores the earlier anchor comes first.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from slipway_export.model import Array
from slipway_export.networks.symbols import DETECTION
from slipway_export.to_onnx.onnx_operators import Step, Write

_NOTHING: Final = -1.0


def _anchors(step: Step) -> str:
    """They depend on the feature map's sides alone, so they are constants."""
    height, width = step.shapes[0][2:]
    steps = [
        given if given > 0 else 1 / side
        for given, side in zip(_floats(step, "steps", -1.0, 2), (height, width), strict=True)
    ]
    offsets = _floats(step, "offsets", 0.5, 2)
    rows, columns = (
        (np.arange(side) + offset) * each
        for side, offset, each in zip((height, width), offsets, steps, strict=True)
    )
    middles = np.stack(np.broadcast_arrays(columns[None, :], rows[:, None]), axis=-1)
    halves = _halves(step, height / width)
    boxes = np.concatenate([middles[:, :, None] - halves, middles[:, :, None] + halves], axis=-1)
    boxes = boxes.reshape(1, -1, 4)
    clipped = np.clip(boxes, 0, 1) if step.option("clip", otherwise=False) else boxes
    return step.graph.constant(clipped, step.node.name)


def _floats(step: Step, name: str, otherwise: float, count: int = 0) -> list[float]:
    values = step.option(name, otherwise)
    values = list(values) if isinstance(values, tuple | list) else [values]
    return [float(value) for value in (values * count)[:count] or values]


def _halves(step: Step, aspect: float) -> Array:
    """Half the width and the height of each kind: all sizes, then the other ratios."""
    sizes, ratios = _floats(step, "sizes", 1.0), np.sqrt(_floats(step, "ratios", 1.0))
    tall = np.array([*(size / ratios[0] for size in sizes), *(sizes[0] / ratios[1:])])
    wide = np.array([*(size * ratios[0] for size in sizes), *(sizes[0] * ratios[1:])])
    return np.stack([wide * aspect, tall], axis=-1) / 2


def _detections(step: Step) -> list[str]:
    """The rows, and the boxes of all anchors in their own order."""
    classes, offsets, anchors = step.inputs
    limit = step.option("nms_threshold", 0.5)
    if step.option("background_id", 0) != 0 or not 0 < limit <= 1:
        raise step.refusal("has a background other than class 0, or suppresses nothing")
    boxes = _decoded(step, offsets, anchors)
    _, kinds, count = step.shapes[0]
    first, end, axis = step.integers(1), step.integers(kinds), step.integers(1)
    objects = step.add("Slice", classes, first, end, axis)
    scores = step.add("ReduceMax", objects, axes=[1], keepdims=0)
    labels = step.add("ArgMax", objects, axis=1, keepdims=0)
    good = step.add("Not", step.add("Less", scores, step.number(step.option("threshold", 0.01))))
    ranked = step.add("Where", good, scores, step.number(-np.inf))
    scores, order = step.graph.add_many(2, "TopK", ranked, step.integers(count))
    labels = step.add("GatherElements", labels, order, axis=1)
    spread = step.add("Expand", _column(step, order), step.integers(1, 1, 4))
    ordered = step.add("GatherElements", boxes, spread, axis=1)
    return [_rows(step, labels, scores, ordered), boxes]


def _rows(step: Step, labels: str, scores: str, boxes: str) -> str:
    """The detections of what stands in order already; a score of -infinity is nothing."""
    shown = _shown(step, labels, scores, boxes)
    number = step.add("Cast", labels, to=1)
    number = step.add("Where", shown, number, step.number(_NOTHING))
    rows = step.add("Concat", _column(step, number), _column(step, scores), boxes, axis=2)
    good = step.add("Not", step.add("IsInf", scores))
    return step.add("Where", _column(step, good), rows, step.number(_NOTHING))


def _column(step: Step, values: str) -> str:
    return step.add("Unsqueeze", values, step.integers(2))


def _decoded(step: Step, offsets: str, anchors: str) -> str:
    """Boxes of shape (batch, anchors, 4): offsets are moves and logarithms of stretches."""
    moves = step.add("Reshape", offsets, step.integers(0, -1, 4))
    variances = step.option("variances", (0.1, 0.1, 0.2, 0.2))
    scaled = step.add("Mul", moves, step.graph.constant(variances, "variances"))
    move, stretch = step.graph.add_many(2, "Split", scaled, axis=2)
    near, far = step.graph.add_many(2, "Split", anchors, axis=2)
    sides, two = step.add("Sub", far, near), step.number(2.0)
    middles = step.add("Div", step.add("Add", near, far), two)
    moved = step.add("Add", step.add("Mul", move, sides), middles)
    halves = step.add("Div", step.add("Mul", step.add("Exp", stretch), sides), two)
    corners = (step.add("Sub", moved, halves), step.add("Add", moved, halves))
    boxes = step.add("Concat", *corners, axis=2)
    if not step.option("clip", otherwise=True):
        return boxes
    return step.add("Clip", boxes, step.number(0.0), step.number(1.0))


def _shown(step: Step, labels: str, scores: str, boxes: str) -> str:
    """Which rows no better one suppresses: NonMaxSuppression, told each row's class only.

    It suppresses above a limit, MXNet from it on: the limit is the float32 just below.
    """
    _, kinds, count = step.shapes[0]
    most = step.option("nms_topk", -1)
    places = step.graph.constant(np.arange(count) < (most if most > 0 else count), "topk", bool)
    candidates = step.add("Where", places, scores, step.number(-np.inf))
    candidates = step.add("Unsqueeze", candidates, step.integers(1))
    if not step.option("force_suppress", otherwise=False):
        numbers = np.arange(kinds - 1).reshape(1, -1, 1)
        wanted = step.graph.constant(numbers, "classes", np.int64)
        its = step.add("Equal", step.add("Unsqueeze", labels, step.integers(1)), wanted)
        candidates = step.add("Where", its, candidates, step.number(-np.inf))
    limit = np.nextafter(np.float32(step.option("nms_threshold", 0.5)), np.float32(0))
    chosen = step.add(
        "NonMaxSuppression",
        boxes,
        candidates,
        step.integers(count),
        step.graph.constant([limit], "overlap"),
        step.graph.constant([np.finfo(np.float32).min], "least"),
    )
    found = step.add("Gather", chosen, step.integers(0, 2), axis=1)  # image and row, without class
    sides, how_many = (
        step.add("Shape", labels),
        step.add("Shape", step.add("ReduceMax", found, axes=[1], keepdims=0)),
    )
    none = step.add("Expand", step.number(0.0), sides)
    ones = step.add("Expand", step.number(1.0), how_many)
    return step.add("Greater", step.add("ScatterND", none, found, ones), step.number(0.0))


BOXES: Final[Mapping[str, Write]] = {
    DETECTION: _detections,
    "_contrib_MultiBoxPrior": _anchors,
}
