"""Bilinear resizing; expected values are those of OpenCV's cv2.resize."""

import numpy as np
from slipway_local.images.slipway_container.algorithms.resizing import resize


def test_the_same_size_is_the_same() -> None:
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    assert (resize(pixels, 2, 4) == pixels).all()


def test_larger_lies_between_the_middles() -> None:
    row = np.array([[[0], [100]]], np.uint8)
    assert resize(row, 1, 4)[0, :, 0].tolist() == [0.0, 25.0, 75.0, 100.0]


def test_smaller_takes_neighbours_only() -> None:
    column = np.array([[[0]], [[10]], [[20]], [[250]]], np.uint8)
    assert resize(column, 2, 1)[:, 0, 0].tolist() == [5.0, 135.0]
    nine = np.arange(9, dtype=np.uint8).reshape(9, 1, 1) * 10
    assert resize(nine, 3, 1)[:, 0, 0].tolist() == [10.0, 40.0, 70.0]
