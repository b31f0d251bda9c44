"""Anchors and detections in ONNX, on boxes that can be checked by hand, against the images'."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from slipway_export.model import ExportRefused
from slipway_export.networks.numpy_boxes import BOXES as COMPUTED
from slipway_export.networks.symbols import Node
from slipway_export.to_onnx.graphs import GraphWriter
from slipway_export.to_onnx.onnx_boxes import BOXES as WRITTEN
from slipway_export.to_onnx.onnx_operators import Step
from slipway_export.to_onnx.runtime import opened
from slipway_local.images.slipway_container.networks.boxes import BOXES as SERVED
from slipway_local.images.slipway_container.networks.symbols import Node as ServedNode

from tests.export.to_onnx.conftest import load

DETECTION, PRIOR = "_contrib_MultiBoxDetection", "_contrib_MultiBoxPrior"
ANCHORS = np.float32([[[0, 0, 0.4, 0.4], [0, 0, 0.4, 0.36], [0.5, 0.5, 0.9, 0.9], [0, 0, 1, 1]]])
# background, cat, dog for each anchor
CLASSES = np.float32([[[0.1, 0.2, 0.1, 0.995], [0.6, 0.7, 0.3, 0.004], [0.3, 0.1, 0.6, 0.001]]])


def detected(classes: Any, offsets: Any, anchors: Any, **options: str) -> Any:  # noqa: ANN401
    """Rows as ONNX gives them, held against both of numpy's."""
    writer, node = GraphWriter(), Node(DETECTION, "it", options, ())
    names = [writer.input("classes", classes.shape[1:]), writer.constant(offsets)]
    step = Step(writer, node, [*names, writer.constant(anchors)], [classes.shape, (), ()])
    rows, _ = WRITTEN[DETECTION](step)
    writer.output(rows, "rows", (anchors.shape[1], 6))
    found = opened(writer.written(load({"model.onnx": b"none"})))(classes)["rows"]
    assert not step.strangers()
    inputs = [classes, offsets, anchors]
    assert found == pytest.approx(COMPUTED[DETECTION](node, *inputs)[0], abs=1e-6)
    served = SERVED[DETECTION](ServedNode(DETECTION, "it", options, ()), inputs)
    assert found == pytest.approx(served, abs=1e-6)
    return found


@pytest.mark.parametrize(
    ("options", "classes"),
    [
        ({}, [0, -1, 1, -1]),
        ({"nms_threshold": "0.95"}, [0, 0, 1, -1]),
        ({"nms_threshold": "0.95", "nms_topk": "1"}, [0, -1, -1, -1]),
        ({"threshold": "0.65"}, [0, -1, -1, -1]),
        ({"force_suppress": "True", "variances": "(0.1, 0.1, 0.2, 0.2)"}, [0, -1, 1, -1]),
        ({"clip": "False", "background_id": "0"}, [0, -1, 1, -1]),
    ],
)
def test_detections(options: dict[str, str], classes: list[int]) -> None:
    rows = detected(CLASSES, np.zeros((1, 16), np.float32), ANCHORS, **options)
    assert rows[0, :, 0].tolist() == classes
    assert rows[0, 3].tolist() == [-1.0] * 6


def test_offsets_move_and_stretch() -> None:
    offsets = np.zeros((1, 4, 4), np.float32)
    offsets[0, 1] = [1, -1, np.log(2) / 0.2, 0]
    rows = detected(CLASSES, offsets.reshape(1, 16), ANCHORS)
    assert rows[0, 0, 2:] == pytest.approx([0.0, 0.0, 0.64, 0.324], abs=1e-4)


def pair(overlap_with: float, scores: tuple[float, float]) -> tuple[Any, Any]:
    """Two boxes of one class, the second as tall as said: they overlap by just that part."""
    anchors = np.float32([[[0, 0, 1, 1], [0, 0, 1, overlap_with]]])
    classes = np.float32([[[0, 0], scores]])
    return classes, anchors


@pytest.mark.parametrize(("limit", "kept"), [("0.5", 1), ("0.25", 1), ("0.500001", 2), ("0.75", 2)])
def test_from_the_limit_on_a_box_is_suppressed(limit: str, kept: int) -> None:
    classes, anchors = pair(0.5, (0.9, 0.8))
    rows = detected(classes, np.zeros((1, 8), np.float32), anchors, nms_threshold=limit)
    assert (rows[0, :, 0] >= 0).sum() == kept


def test_of_equal_scores_the_earlier_anchor_stays() -> None:
    classes, anchors = pair(0.75, (0.8, 0.8))
    rows = detected(classes, np.zeros((1, 8), np.float32), anchors)
    assert rows[0, :, 0].tolist() == [0, -1]
    assert rows[0, 0, 5] == 1.0


def test_a_score_on_the_threshold_is_kept() -> None:
    classes, anchors = pair(0.25, (0.5, 0.25))
    for threshold, kept in (("0.25", 2), ("0.26", 1), ("0.6", 0)):
        zero = np.zeros((1, 8), np.float32)
        rows = detected(classes, zero, anchors, threshold=threshold)
        assert (rows[0, :, 0] >= 0).sum() == kept


def test_images_do_not_suppress_each_other() -> None:
    classes = np.concatenate([CLASSES, CLASSES[:, :, ::-1]])
    rows = detected(classes, np.zeros((2, 16), np.float32), ANCHORS)
    alone = detected(classes[1:], np.zeros((1, 16), np.float32), ANCHORS)
    assert rows[1].tolist() == alone[0].tolist()
    assert rows[0].tolist() != rows[1].tolist()


@pytest.mark.parametrize("options", [{"background_id": "1"}, {"nms_threshold": "0"}])
def test_what_is_not_known_is_refused(options: dict[str, str]) -> None:
    with pytest.raises(ExportRefused, match=f"{DETECTION} it has a background"):
        detected(CLASSES, np.zeros((1, 16), np.float32), ANCHORS, **options)


@pytest.mark.parametrize(
    "options",
    [
        {"sizes": "(0.5, 0.25)", "ratios": "(1, 4)"},
        {"sizes": "0.3", "ratios": "(2, 0.5, 1)", "clip": "True"},
        {"sizes": "(0.2,)", "steps": "(0.3, 0.4)", "offsets": "(0.25, 0.75)"},
        {},
    ],
)
def test_anchors(options: dict[str, str]) -> None:
    writer, node = GraphWriter(), Node(PRIOR, "it", options, ())
    data = np.zeros((2, 3, 4, 2), np.float32)
    step = Step(writer, node, [writer.input("data", data.shape[1:])], [data.shape])
    name = WRITTEN[PRIOR](step)
    assert isinstance(name, str)
    writer.output(name, "anchors", (None, 4))
    writer.output(step.inputs[0], "same", data.shape[1:])
    file = writer.written(load({"model.onnx": b"none"}))
    found = opened(file)(data)["anchors"]
    assert not step.strangers()
    assert found == pytest.approx(COMPUTED[PRIOR](node, data), abs=1e-7)
    served = SERVED[PRIOR](ServedNode(PRIOR, "it", options, ()), [data])
    assert found == pytest.approx(served, abs=1e-7)
