"""SSD's operators: anchors, and detections from classes, offsets and anchors.

Follows MXNet's src/operator/contrib/multibox_prior.cc and multibox_detection.cc. Boxes are
(left, top, right, bottom) in parts of the image's sides.
"""

import math

import numpy as np

from .operators import Array, Operator, numbers, option
from .symbols import Node

NOTHING = -1.0


def _prior(node: Node, inputs: list[Array]) -> Array:
    """Anchors around the middle of each cell of a feature map, shape (1, cells x kinds, 4)."""
    height, width = inputs[0].shape[2:]
    steps, offsets = (
        numbers(option(node, name, value)) for name, value in (("steps", -1.0), ("offsets", 0.5))
    )
    step = [
        given if given > 0 else 1 / side
        for given, side in zip(_two(steps), (height, width), strict=True)
    ]
    rows = (np.arange(height) + _two(offsets)[0]) * step[0]
    columns = (np.arange(width) + _two(offsets)[1]) * step[1]
    middles = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 1, 2)
    halves = np.array(_halves(node, height / width))[None]
    boxes = np.concatenate([middles - halves, middles + halves], axis=-1).astype(np.float32)
    anchors = boxes.reshape(1, -1, 4)
    return np.clip(anchors, 0, 1) if option(node, "clip", otherwise=False) else anchors


def _two(values: tuple[float, ...]) -> tuple[float, float]:
    return values[0], values[-1]


def _halves(node: Node, aspect: float) -> list[tuple[float, float]]:
    """Half the width and height of each kind: all sizes in the first ratio, then other ratios."""
    sizes = numbers(option(node, "sizes", 1.0))
    ratios = [math.sqrt(ratio) for ratio in numbers(option(node, "ratios", 1.0))]
    kinds = [(size, ratios[0]) for size in sizes] + [(sizes[0], ratio) for ratio in ratios[1:]]
    return [(size * aspect * ratio / 2, size / ratio / 2) for size, ratio in kinds]


def _detection(node: Node, inputs: list[Array]) -> Array:
    """Shape (batch, anchors, 6): class, score and box, best first; class -1 where nothing is."""
    classes, offsets, anchors = inputs
    if option(node, "background_id", 0) != 0:
        raise ValueError(f"{node.name} has another class than the first for the background")
    boxes = [_decoded(node, each.reshape(-1, 4), anchors[0]) for each in offsets]
    found = [_found(node, each, box) for each, box in zip(classes, boxes, strict=True)]
    return np.stack(found)


def _decoded(node: Node, offsets: Array, anchors: Array) -> Array:
    variances = np.array(numbers(option(node, "variances", (0.1, 0.1, 0.2, 0.2))), np.float32)
    sides, middles = anchors[:, 2:] - anchors[:, :2], (anchors[:, 2:] + anchors[:, :2]) / 2
    moved = offsets[:, :2] * variances[:2] * sides + middles
    halves = np.exp(offsets[:, 2:] * variances[2:]) * sides / 2
    boxes = np.concatenate([moved - halves, moved + halves], axis=1)
    return np.clip(boxes, 0, 1) if option(node, "clip", otherwise=True) else boxes


def _found(node: Node, classes: Array, boxes: Array) -> Array:
    labels, scores = classes[1:].argmax(axis=0), classes[1:].max(axis=0)
    kept = np.flatnonzero(scores >= np.float32(option(node, "threshold", 0.01)))
    rows = np.column_stack([labels[kept], scores[kept], boxes[kept]]).astype(np.float32)
    limit = option(node, "nms_threshold", 0.5)
    if len(rows) and 0 < limit <= 1:
        rows = _suppressed(node, rows[np.argsort(-rows[:, 1], kind="stable")], limit)
    nothing = np.full((classes.shape[1] - len(rows), 6), NOTHING, np.float32)
    return np.concatenate([rows, nothing])


def _suppressed(node: Node, rows: Array, limit: float) -> Array:
    """Non-maximum suppression: what overlaps a better one of its class becomes nothing."""
    most = option(node, "nms_topk", -1)
    rows[most if most > 0 else len(rows) :, 0] = NOTHING
    any_class = option(node, "force_suppress", otherwise=False)
    for place, row in enumerate(rows):
        if row[0] != NOTHING:
            rest = rows[place + 1 :]
            rivals = (rest[:, 0] != NOTHING) & (any_class | (rest[:, 0] == row[0]))
            rest[rivals & (_overlaps(row[2:], rest[:, 2:]) >= limit), 0] = NOTHING
    return rows


def _overlaps(box: Array, others: Array) -> Array:
    """Intersection over union; 0 where there is no union."""
    sides = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    common = np.maximum(sides, 0).prod(axis=1)
    union = (box[2:] - box[:2]).prod() + (others[:, 2:] - others[:, :2]).prod(axis=1) - common
    return np.where(union > 0, common / np.where(union > 0, union, 1), 0)


BOXES: dict[str, Operator] = {
    "_contrib_MultiBoxPrior": _prior,
    "_contrib_MultiBoxDetection": _detection,
}
