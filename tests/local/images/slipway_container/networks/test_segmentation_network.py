"""Segmentation networks in small; tests/frameworks compares whole ones with Gluon CV's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from slipway_local.images.slipway_container.networks.segmentation_network import (
    SegmentationNetwork,
    averages,
    enlarge,
)

Weights = dict[str, np.ndarray]
WIDE = 4


def norm(name: str, wide: int) -> Weights:
    ones, zeros = np.ones(wide, np.float32), np.zeros(wide, np.float32)
    return {
        f"{name}.gamma": ones,
        f"{name}.beta": zeros,
        f"{name}.running_mean": zeros,
        f"{name}.running_var": ones,
    }


def same(wide: int, side: int, given: int | None = None) -> Any:  # noqa: ANN401 - an array
    """A convolution that hands its input on, over and over where it is wider."""
    weight = np.zeros((wide, given or wide, side, side), np.float32)
    weight[:, :, side // 2, side // 2] = np.resize(np.eye(given or wide), (wide, given or wide))
    return weight


def network(head: str = "fcn", stem: str = "deep") -> Weights:
    """One block a stage; every convolution hands on, so that a class is a colour."""
    if stem == "deep":
        weights = {"conv1.0.weight": same(WIDE, 3, 3), "conv1.3.weight": same(WIDE, 3)}
        weights |= {"conv1.6.weight": same(WIDE, 3)} | norm("conv1.1", WIDE) | norm("conv1.4", WIDE)
    else:
        weights = {"conv1.weight": same(WIDE, 7, 3)}
    weights |= norm("bn1", WIDE)
    for stage in range(1, 5):
        block = f"layer{stage}.0"
        weights |= {f"{block}.conv{n}.weight": same(WIDE, 3 if n == 2 else 1) for n in (1, 2, 3)}
        for n in (1, 2, 3):
            weights |= norm(f"{block}.bn{n}", WIDE)
        weights |= {f"{block}.downsample.0.weight": same(WIDE, 1)}
        weights |= norm(f"{block}.downsample.1", WIDE)
    given = WIDE
    if head == "psp":
        given = 5 * WIDE
        for n in range(1, 5):
            weights |= {f"head.psp.conv{n}.0.weight": same(WIDE, 1)}
            weights |= norm(f"head.psp.conv{n}.1", WIDE)
    if head == "deeplab":
        name = "head.aspp"
        for n, side in enumerate((1, 3, 3, 3)):
            weights |= {f"{name}.concurent.{n}.0.weight": same(WIDE, side)}
            weights |= norm(f"{name}.concurent.{n}.1", WIDE)
        weights |= {f"{name}.concurent.4.gap.1.weight": same(WIDE, 1)}
        weights |= norm(f"{name}.concurent.4.gap.2", WIDE)
        weights |= {f"{name}.project.0.weight": same(WIDE, 1, 5 * WIDE)}
        weights |= norm(f"{name}.project.1", WIDE)
    weights |= {"head.block.0.weight": same(WIDE, 3, given)} | norm("head.block.1", WIDE)
    weights |= {"head.block.4.weight": same(3, 1, WIDE), "head.block.4.bias": np.float32([0, 0, 1])}
    return weights


def picture() -> Any:  # noqa: ANN401 - an array
    """Red on the left, green on the right."""
    pixels = np.zeros((1, 3, 32, 48), np.float32)
    pixels[:, 0, :, :24], pixels[:, 1, :, 24:] = 1, 1
    return pixels


@pytest.mark.parametrize("stem", ["deep", "plain"])
@pytest.mark.parametrize("head", ["fcn", "psp", "deeplab"])
def test_a_class_for_each_pixel(head: str, stem: str) -> None:
    found = SegmentationNetwork(network(head, stem))
    scores = found.evaluate(picture())
    assert found.classes == 3
    assert (scores.shape, scores.dtype) == ((1, 3, 32, 48), np.float32)
    labels = scores[0].argmax(axis=0)
    assert (labels[:, :16] == 0).all()
    assert (labels[:, 32:] == 1).all()


def test_other_parameters_are_refused() -> None:
    with pytest.raises(ValueError, match=r"it lacks head\.block\.4\.weight"):
        SegmentationNetwork({"mean": np.zeros(3)})
    weights = network()
    del weights["layer2.0.bn3.gamma"]
    with pytest.raises(ValueError, match=r"needs layer2\.0\.bn3\.gamma"):
        SegmentationNetwork(weights).evaluate(picture())


def test_averages_of_parts_that_may_overlap() -> None:
    data = np.arange(15, dtype=np.float32).reshape(1, 1, 3, 5)
    assert averages(data, 1).tolist() == [[[[7.0]]]]
    # rows 0-1 and 1-2, columns 0-2 and 2-4
    assert averages(data, 2).tolist() == [[[[3.5, 5.5], [8.5, 10.5]]]]


def test_corners_stay_corners() -> None:
    data = np.float32([[[[0, 3], [6, 9]]]])
    assert enlarge(data, 3, 4).tolist() == [[[[0, 1, 2, 3], [3, 4, 5, 6], [6, 7, 8, 9]]]]
    assert enlarge(data[..., :1, :1] + 2, 2, 2).tolist() == [[[[2, 2], [2, 2]]]]
