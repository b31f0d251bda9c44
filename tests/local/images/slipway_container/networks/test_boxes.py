"""Anchors and detections, on boxes that can be checked by hand."""

import numpy as np
import pytest
from slipway_local.images.slipway_container.networks.boxes import BOXES
from slipway_local.images.slipway_container.networks.operators import Array
from slipway_local.images.slipway_container.networks.symbols import Node


def run(operator: str, *inputs: Array, **attributes: str) -> Array:
    name = f"_contrib_{operator}"
    return BOXES[name](Node(name, "it", attributes, ()), list(inputs))


def test_anchors_stand_around_each_cell() -> None:
    anchors = run("MultiBoxPrior", np.zeros((1, 8, 1, 2)), sizes="(0.5, 0.25)", ratios="(1, 4)")
    assert anchors.shape == (1, 6, 4)
    # two cells side by side: a width is half of the same part of the height
    assert anchors[0, 0].tolist() == [0.125, 0.25, 0.375, 0.75]
    assert anchors[0, 1].tolist() == [0.1875, 0.375, 0.3125, 0.625]
    assert anchors[0, 2].tolist() == [0.0, 0.375, 0.5, 0.625]
    assert anchors[0, 3].tolist() == [0.625, 0.25, 0.875, 0.75]


def test_anchors_may_be_clipped() -> None:
    anchors = run("MultiBoxPrior", np.zeros((1, 8, 1, 1)), sizes="(2,)", clip="True")
    assert anchors.tolist() == [[[0.0, 0.0, 1.0, 1.0]]]


ANCHORS = np.float32([[[0, 0, 0.4, 0.4], [0, 0, 0.4, 0.36], [0.5, 0.5, 0.9, 0.9], [0, 0, 1, 1]]])
# background, cat, dog for each anchor
CLASSES = np.float32([[[0.1, 0.2, 0.1, 0.995], [0.6, 0.7, 0.3, 0.004], [0.3, 0.1, 0.6, 0.001]]])


def detected(offsets: Array | None = None, **attributes: str) -> list[list[float]]:
    moved = np.zeros((1, 16), np.float32) if offsets is None else offsets
    rows = run("MultiBoxDetection", CLASSES, moved, ANCHORS, **attributes)
    assert rows.shape == (1, 4, 6)
    return [[round(float(value), 4) for value in row] for row in rows[0]]


def test_the_best_of_its_class_suppresses_what_it_overlaps() -> None:
    rows = detected()
    assert rows[0] == [0.0, 0.7, 0.0, 0.0, 0.4, 0.36]
    assert rows[1] == [-1.0, 0.6, 0.0, 0.0, 0.4, 0.4]
    assert [row[:2] for row in rows] == [[0.0, 0.7], [-1.0, 0.6], [1.0, 0.6], [-1.0, -1.0]]


def test_thresholds() -> None:
    assert [row[0] for row in detected(nms_threshold="0.95")] == [0.0, 0.0, 1.0, -1.0]
    assert [row[0] for row in detected(nms_threshold="0.95", nms_topk="1")] == [
        0.0,
        -1.0,
        -1.0,
        -1.0,
    ]
    assert [row[:2] for row in detected(threshold="0.65")] == [[0.0, 0.7]] + [[-1.0, -1.0]] * 3
    assert [row[1] for row in detected(nms_threshold="2")] == [0.6, 0.7, 0.6, -1.0]


def test_classes_may_suppress_each_other() -> None:
    same = ANCHORS.copy()
    same[0, 2] = same[0, 1]
    rows = run(
        "MultiBoxDetection", CLASSES, np.zeros((1, 16), np.float32), same, force_suppress="True"
    )
    assert rows[0, :, 0].tolist() == [0.0, -1.0, -1.0, -1.0]


def test_offsets_move_and_stretch() -> None:
    offsets = np.zeros((1, 4, 4), np.float32)
    offsets[0, 1] = [1, -1, np.log(2) / 0.2, 0]
    box = detected(offsets.reshape(1, 16))[0][2:]
    assert box == pytest.approx([0.0, 0.0, 0.64, 0.324], abs=1e-4)
    free = detected(offsets.reshape(1, 16), clip="False")[0][2:]
    assert free == pytest.approx([-0.16, -0.036, 0.64, 0.324], abs=1e-4)


def test_another_background_is_refused() -> None:
    with pytest.raises(ValueError, match="background"):
        detected(background_id="2")
