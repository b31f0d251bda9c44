"""Operators on images, on numbers small enough to check by hand."""

import numpy as np
import pytest
from slipway_local.images.slipway_container.networks.convolutions import CONVOLUTIONS
from slipway_local.images.slipway_container.networks.operators import Array
from slipway_local.images.slipway_container.networks.symbols import Node

IMAGE = np.arange(16, dtype=np.float32).reshape(1, 1, 4, 4)


def run(operator: str, *inputs: Array, **attributes: str) -> list[object]:
    result = CONVOLUTIONS[operator](Node(operator, "it", attributes, ()), list(inputs))
    assert result.dtype == np.float32
    return result[0].tolist()  # type: ignore[no-any-return] # numpy cannot know


def test_convolution() -> None:
    diagonal = np.float32([[[[1, 0], [0, -1]]]])
    assert run("Convolution", IMAGE, diagonal, np.float32([2]), kernel="(2, 2)") == [
        [[-3.0] * 3] * 3
    ]
    apart = {"kernel": "(2L, 2L)", "stride": "(2, 2)", "dilate": "(2, 2)", "pad": "(1, 1)"}
    assert run("Convolution", IMAGE, diagonal, **apart) == [[[-5.0, -7.0], [-13.0, -10.0]]]
    two = np.float32([[[[1]]], [[[10]]]])
    assert run("Convolution", IMAGE[:, :, :1, :2], two, kernel="(1, 1)") == [
        [[0.0, 1.0]],
        [[0.0, 10.0]],
    ]


def test_convolutions_in_groups_are_refused() -> None:
    with pytest.raises(ValueError, match="it is a convolution in groups"):
        run("Convolution", IMAGE, np.float32([[[[1]]]]), num_group="2")


def test_pooling() -> None:
    by_two = {"kernel": "(2, 2)", "stride": "(2, 2)"}
    assert run("Pooling", IMAGE, **by_two) == [[[5.0, 7.0], [13.0, 15.0]]]
    assert run("Pooling", IMAGE, pool_type="avg", **by_two) == [[[2.5, 4.5], [10.5, 12.5]]]
    assert run("Pooling", IMAGE, pool_type="sum", **by_two) == [[[10.0, 18.0], [42.0, 50.0]]]
    assert run("Pooling", IMAGE, pool_type="avg", global_pool="True") == [[[7.5]]]
    assert run("Pooling", IMAGE, global_pool="True") == [[[15.0]]]


def test_what_hangs_over_is_cut_or_counted_short() -> None:
    by_three = {"kernel": "(3, 3)", "stride": "(2, 2)"}
    assert run("Pooling", IMAGE, **by_three) == [[[10.0]]]
    full = {**by_three, "pooling_convention": "full"}
    assert run("Pooling", IMAGE, **full) == [[[10.0, 11.0], [14.0, 15.0]]]
    average = run("Pooling", IMAGE, pool_type="avg", **full)
    assert average == [[[5.0, 6.5], [11.0, 12.5]]]


def test_padding_counts_unless_told_otherwise() -> None:
    options = {"kernel": "(2, 2)", "stride": "(4, 4)", "pad": "(1, 1)", "pool_type": "avg"}
    corner = IMAGE + 4
    assert run("Pooling", corner, **options) == [[[1.0, 1.75], [4.0, 4.75]]]
    assert run("Pooling", corner, count_include_pad="False", **options) == [
        [[4.0, 7.0], [16.0, 19.0]]
    ]


def test_batch_normalisation_takes_its_scale_where_told() -> None:
    parts = [np.float32([value]) for value in (3, 1, 2, 4)]  # gamma, beta, mean, variance
    pixel = np.float32([[[[6]]]])
    assert run("BatchNorm", pixel, *parts, eps="0.0") == [[[3.0]]]
    assert run("BatchNorm", pixel, *parts, eps="0.0", fix_gamma="False") == [[[7.0]]]
