"""Anchors and detections with numpy, as MXNet's src/operator/contrib/multibox_*.cc compute them.

Boxes are (left, top, right, bottom) in parts of the image's sides.
"""

import math
from collections.abc import Mapping
from itertools import product
from typing import Final

import numpy as np

from slipway_export.model import Array
from slipway_export.networks.numpy_operators import Compute, pair
from slipway_export.networks.symbols import Node


def _anchors(node: Node, data: Array) -> Array:
    """Boxes around the middle of each cell: every size in the first ratio, then other ratios."""
    height, width = data.shape[2:]
    given_y, given_x = pair(node.option("steps", -1.0))
    step_y, step_x = (given_y if given_y > 0 else 1 / height, given_x if given_x > 0 else 1 / width)
    offset_y, offset_x = pair(node.option("offsets", 0.5))
    sizes, ratios = node.option("sizes", (1.0,)), node.option("ratios", (1.0,))
    sizes, ratios = (x if isinstance(x, tuple | list) else (x,) for x in (sizes, ratios))
    kinds = [(size, ratios[0]) for size in sizes] + [(sizes[0], ratio) for ratio in ratios[1:]]
    boxes = []
    for row, column in product(range(height), range(width)):
        y, x = (row + offset_y) * step_y, (column + offset_x) * step_x
        for size, ratio in kinds:
            half_x = size * height / width * math.sqrt(ratio) / 2
            half_y = size / math.sqrt(ratio) / 2
            boxes.append((x - half_x, y - half_y, x + half_x, y + half_y))
    anchors = np.array(boxes, np.float32)[None]
    return np.clip(anchors, 0, 1) if node.option("clip", otherwise=False) else anchors


def _decoded(node: Node, offsets: Array, anchors: Array) -> Array:
    """The boxes of detections, shape (batch, anchors, 4): left, top, right, bottom."""
    moves = offsets.reshape(len(offsets), -1, 4)
    variances = np.array(node.option("variances", (0.1, 0.1, 0.2, 0.2)), np.float32)
    near, far = anchors[..., :2], anchors[..., 2:]
    middles = moves[..., :2] * variances[:2] * (far - near) + (near + far) / 2
    halves = np.exp(moves[..., 2:] * variances[2:]) * (far - near) / 2
    boxes = np.concatenate([middles - halves, middles + halves], axis=-1)
    return np.clip(boxes, 0, 1) if node.option("clip", otherwise=True) else boxes


def selected(node: Node, classes: Array, boxes: Array) -> Array:
    """Rows of class, score and box, best first; class -1 where a better one overlaps."""
    return np.stack([_selected(node, *each) for each in zip(classes, boxes, strict=True)])


def _selected(node: Node, classes: Array, boxes: Array) -> Array:
    best, threshold = classes[1:].max(axis=0), np.float32(node.option("threshold", 0.01))
    order = np.argsort(-best, kind="stable")[: np.count_nonzero(best >= threshold)]
    labels, boxes = classes[1:].argmax(axis=0)[order], boxes[order]
    shown = np.zeros(len(order), bool)
    limit, most = node.option("nms_threshold", 0.5), node.option("nms_topk", -1)
    any_class = bool(node.option("force_suppress", otherwise=False))
    for place in range(min(len(order), most) if most > 0 else len(order)):
        rivals = shown[:place] & (any_class | (labels[:place] == labels[place]))
        overlaps = _overlaps(boxes[place], boxes[:place][rivals])
        shown[place] = not (overlaps >= np.float32(limit)).any()
    rows = np.full((len(best), 6), -1, np.float32)
    rows[: len(order), 0] = np.where(shown, labels, -1)
    rows[: len(order), 1], rows[: len(order), 2:] = best[order], boxes
    return rows


def _overlaps(box: Array, others: Array) -> Array:
    """Intersection over union with each of the others."""
    sides = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    common = np.where((sides > 0).all(axis=1), sides[:, 0] * sides[:, 1], 0)
    area, areas = ((x[..., 2] - x[..., 0]) * (x[..., 3] - x[..., 1]) for x in (box, others))
    return common / np.where(common > 0, area + areas - common, 1)


def _detections(node: Node, classes: Array, offsets: Array, anchors: Array) -> list[Array]:
    """The rows, and the boxes of all anchors in their own order."""
    boxes = _decoded(node, offsets, anchors)
    return [selected(node, classes, boxes), boxes]


BOXES: Final[Mapping[str, Compute]] = {
    "_contrib_MultiBoxDetection": _detections,
    "_contrib_MultiBoxPrior": _anchors,
}
