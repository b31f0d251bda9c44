"""MXNet's operators on images, shape (batch, channels, height, width), in two dimensions."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from .operators import Array, Operator, numbers, option
from .symbols import Node

Pair = tuple[int, int]


def _pair(node: Node, name: str, otherwise: Pair) -> Pair:
    values = numbers(option(node, name, otherwise)) or otherwise
    return int(values[0]), int(values[-1])


def _windows(padded: Array, kernel: Pair, stride: Pair, dilate: Pair) -> Array:
    """Shape (batch, channels, rows, columns, kernel rows, kernel columns), without a copy."""
    spans = [(size - 1) * step + 1 for size, step in zip(kernel, dilate, strict=True)]
    views = sliding_window_view(padded, spans, axis=(2, 3))
    return views[:, :, :: stride[0], :: stride[1], :: dilate[0], :: dilate[1]]


def _convolution(node: Node, inputs: list[Array]) -> Array:
    """Columns of patches times the filters: one matrix product for each image."""
    data, weight, *bias = inputs
    kernel = _pair(node, "kernel", (1, 1))
    if option(node, "num_group", 1) != 1 or weight.ndim != 4:
        raise ValueError(f"{node.name} is a convolution in groups or not in two dimensions")
    rows, columns = _pair(node, "pad", (0, 0))
    padded = np.pad(data, ((0, 0), (0, 0), (rows, rows), (columns, columns)))
    stride, dilate = _pair(node, "stride", (1, 1)), _pair(node, "dilate", (1, 1))
    windows = _windows(padded, kernel, stride, dilate)
    batch, _, height, width = windows.shape[:4]
    patches = windows.transpose(0, 1, 4, 5, 2, 3).reshape(batch, -1, height * width)
    result = weight.reshape(len(weight), -1) @ patches
    if bias:
        result += bias[0][:, None]
    return np.asarray(result.reshape(batch, len(weight), height, width))


def _pooling(node: Node, inputs: list[Array]) -> Array:
    data, kind = inputs[0], option(node, "pool_type", "max")
    if option(node, "global_pool", otherwise=False):
        return _global(data, kind)
    kernel, stride = _pair(node, "kernel", (1, 1)), _pair(node, "stride", (1, 1))
    margins = _margins(node, data.shape[2:], kernel, stride)
    if kind == "max":
        padded = np.pad(data, ((0, 0), (0, 0), *margins), constant_values=-np.inf)
        return np.asarray(_windows(padded, kernel, stride, (1, 1)).max(axis=(4, 5)))
    padded = np.pad(data, ((0, 0), (0, 0), *margins))
    sums = _windows(padded, kernel, stride, (1, 1)).sum(axis=(4, 5))
    return np.asarray(sums if kind == "sum" else sums / _counts(node, data, kernel, stride))


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
    scale = 1 / np.sqrt(variance + np.float32(option(node, "eps", 1e-3)))
    if not option(node, "fix_gamma", otherwise=True):
        scale = scale * gamma
    shape = (1, -1, *(1,) * (data.ndim - 2))
    return np.asarray(data * scale.reshape(shape) + (beta - mean * scale).reshape(shape))


CONVOLUTIONS: dict[str, Operator] = {
    "BatchNorm": _batch_norm,
    "Convolution": _convolution,
    "Pooling": _pooling,
}
