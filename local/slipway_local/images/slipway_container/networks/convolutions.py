"""MXNet's operators on images, shape (batch, channels, height, width), in two dimensions."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from .operators import Array, Operator, numbers, option
from .symbols import Node

Pair = tuple[int, int]

_MOST_PATCHES = 1 << 24  # numbers in the columns of one matrix product: 64 MB


def _pair(node: Node, name: str, otherwise: Pair) -> Pair:
    values = numbers(option(node, name, otherwise)) or otherwise
    return int(values[0]), int(values[-1])


def _windows(padded: Array, kernel: Pair, stride: Pair, dilate: Pair) -> Array:
    """Shape (batch, channels, rows, columns, kernel rows, kernel columns), without a copy."""
    spans = [(size - 1) * step + 1 for size, step in zip(kernel, dilate, strict=True)]
    views = sliding_window_view(padded, spans, axis=(2, 3))
    return views[:, :, :: stride[0], :: stride[1], :: dilate[0], :: dilate[1]]


def convolve(
    data: Array,
    weight: Array,
    bias: Array | None = None,
    *,
    stride: Pair = (1, 1),
    pad: Pair = (0, 0),
    dilate: Pair = (1, 1),
) -> Array:
    """Columns of patches times the filters: a matrix product for some rows of each image."""
    kernel = weight.shape[2], weight.shape[3]
    padded = np.pad(data, ((0, 0), (0, 0), (pad[0], pad[0]), (pad[1], pad[1])))
    windows = _windows(padded, kernel, stride, dilate)
    batch, _, height, width = windows.shape[:4]
    filters = weight.reshape(len(weight), -1)
    result = np.empty((batch, len(weight), height, width), np.result_type(data, weight))
    rows = max(1, _MOST_PATCHES // (filters.shape[1] * width))
    for image in range(batch):
        for top in range(0, height, rows):
            some = windows[image, :, top : top + rows].transpose(0, 3, 4, 1, 2)
            products = filters @ some.reshape(filters.shape[1], -1)
            result[image, :, top : top + rows] = products.reshape(len(weight), -1, width)
    return result if bias is None else np.asarray(result + bias[:, None, None])


def _convolution(node: Node, inputs: list[Array]) -> Array:
    data, weight, *bias = inputs
    if option(node, "num_group", 1) != 1 or weight.ndim != 4:
        raise ValueError(f"{node.name} is a convolution in groups or not in two dimensions")
    return convolve(
        data,
        weight,
        bias[0] if bias else None,
        stride=_pair(node, "stride", (1, 1)),
        pad=_pair(node, "pad", (0, 0)),
        dilate=_pair(node, "dilate", (1, 1)),
    )


def _pooling(node: Node, inputs: list[Array]) -> Array:
    data, kind = inputs[0], option(node, "pool_type", "max")
    if option(node, "global_pool", otherwise=False):
        return _global(data, kind)
    kernel, stride = _pair(node, "kernel", (1, 1)), _pair(node, "stride", (1, 1))
    margins = _margins(node, data.shape[2:], kernel, stride)
    if kind == "max":
        return largest(data, kernel, stride, margins)
    padded = np.pad(data, ((0, 0), (0, 0), *margins))
    sums = _windows(padded, kernel, stride, (1, 1)).sum(axis=(4, 5))
    return np.asarray(sums if kind == "sum" else sums / _counts(node, data, kernel, stride))


def largest(data: Array, kernel: Pair, stride: Pair, margins: list[Pair]) -> Array:
    """The largest element of each window."""
    padded = np.pad(data, ((0, 0), (0, 0), *margins), constant_values=-np.inf)
    return np.asarray(_windows(padded, kernel, stride, (1, 1)).max(axis=(4, 5)))


def _global(data: Array, kind: str) -> Array:
    if kind == "max":
        return np.asarray(data.max(axis=(2, 3), keepdims=True))
    sums = data.sum(axis=(2, 3), keepdims=True)
    return np.asarray(sums if kind == "sum" else sums / np.float32(data.shape[2] * data.shape[3]))


def _margins(node: Node, sides: tuple[int, ...], kernel: Pair, stride: Pair) -> list[Pair]:
    """What is put around an image: with the full convention, the last windows may hang over."""
    margins = []
    full = option(node, "pooling_convention", "valid") == "full"
    places = zip(sides, kernel, stride, _pair(node, "pad", (0, 0)), strict=True)
    for side, size, step, pad in places:
        left = (side + 2 * pad - size) % step
        margins.append((pad, pad + (step - left if full and left else 0)))
    return margins


def _counts(node: Node, data: Array, kernel: Pair, stride: Pair) -> Array:
    """How many elements each window averages: padding counts, what hangs over does not."""
    pads = _pair(node, "pad", (0, 0))
    counted = option(node, "count_include_pad", otherwise=True)
    ones = np.full((1, 1, *data.shape[2:]), 1, data.dtype)
    inner = [(pad, pad) for pad in pads]
    padded = np.pad(ones, ((0, 0), (0, 0), *inner), constant_values=1 if counted else 0)
    margins = _margins(node, data.shape[2:], kernel, stride)
    over = [(0, after - pad) for (_, after), pad in zip(margins, pads, strict=True)]
    whole = np.pad(padded, ((0, 0), (0, 0), *over))
    return np.asarray(_windows(whole, kernel, stride, (1, 1)).sum(axis=(4, 5)))


def _batch_norm(node: Node, inputs: list[Array]) -> Array:
    data, gamma, beta, mean, variance = inputs
    gamma = np.ones_like(gamma) if option(node, "fix_gamma", otherwise=True) else gamma
    return normalise(data, gamma, beta, mean, variance, option(node, "eps", 1e-3))


def normalise(
    data: Array, gamma: Array, beta: Array, mean: Array, variance: Array, eps: float
) -> Array:
    """Each channel by its moving mean and variance."""
    scale = gamma / np.sqrt(variance + np.float32(eps))
    shape = (1, -1, *(1,) * (data.ndim - 2))
    return np.asarray(data * scale.reshape(shape) + (beta - mean * scale).reshape(shape))


CONVOLUTIONS: dict[str, Operator] = {
    "BatchNorm": _batch_norm,
    "Convolution": _convolution,
    "Pooling": _pooling,
}
