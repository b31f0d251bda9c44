"""MXNet's operators with numpy; images are (batch, channels, height, width).

Shapes and defaults are those of MXNet's API documentation. Made to be short, not to be fast.
"""

import math
from collections.abc import Callable, Mapping
from itertools import product
from typing import Any, Final

import numpy as np

from slipway_export.model import Array
from slipway_export.networks.symbols import Node

Compute = Callable[..., Any]  # (node, arrays…) -> an array, or a list of several
LARGEST: Final = 1 << 28  # numbers of one value, a gigabyte of float32


def pair(value: Any) -> tuple[Any, Any]:  # noqa: ANN401 - as the attribute says
    values = value if isinstance(value, tuple | list) else (value,)
    return values[0], values[-1]


def _along(values: Array, rank: int) -> Array:
    """One value a channel, to be spread over the other sides."""
    return values.reshape(1, -1, *(1,) * (rank - 2))


def _logistic(values: Array) -> Array:
    with np.errstate(over="ignore"):
        return np.asarray(1 / (1 + np.exp(-values)))


def _softmax(values: Array, axis: int) -> Array:
    powers = np.exp(values - values.max(axis, keepdims=True))
    return np.asarray(powers / powers.sum(axis, keepdims=True))


def _softmax_of_rows(values: Array) -> Array:
    return _softmax(values.reshape(len(values), -1), 1).reshape(values.shape)


def _softmax_output(node: Node, values: Array) -> Array:
    if node.option("multi_output", otherwise=False):
        return _softmax(values, 1)
    whole = node.option("preserve_shape", otherwise=False)
    return _softmax(values, -1) if whole else _softmax_of_rows(values)


def _softmax_activation(node: Node, values: Array) -> Array:
    channels = node.option("mode", "instance") == "channel"
    return _softmax(values, 1) if channels else _softmax_of_rows(values)


_CURVES: Final[Mapping[str, Callable[[Array], Array]]] = {
    "relu": lambda x: np.where(x > 0, x, np.float32(0)),
    "sigmoid": _logistic,
    "softrelu": lambda x: np.logaddexp(x, np.float32(0)),
    "softsign": lambda x: x / (1 + abs(x)),
    "tanh": np.tanh,
}


def _leaky(node: Node, values: Array, slopes: Array | None = None) -> Array:
    kind, slope = node.option("act_type", "leaky"), np.asarray(node.option("slope", 0.25), "f")
    if kind == "prelu" and slopes is not None:
        slope = _along(slopes, values.ndim)
    if kind in ("leaky", "prelu"):
        return np.where(values > 0, values, values * slope)
    return np.where(values > 0, values, slope * np.expm1(np.minimum(values, 0)))  # elu


def _dense(node: Node, rows: Array, weight: Array, bias: Array | None = None) -> Array:
    flat = rows.reshape(len(rows), -1) if node.option("flatten", otherwise=True) else rows
    return np.asarray(np.inner(flat, weight) + (0 if bias is None else bias))


def _dot(node: Node, left: Array, right: Array) -> Array:
    turned = [node.option(f"transpose_{which}", otherwise=False) for which in "ab"]
    left, right = (x.T if turn else x for x, turn in zip((left, right), turned, strict=True))
    return np.asarray(left @ right)


def _convolution(node: Node, data: Array, weight: Array, bias: Array | None = None) -> Array:
    """A sum over the places of the kernel, each a product of matrices."""
    up, left = pair(node.option("pad", 0))
    if data[:, :, 0, 0].size * (data.shape[2] + 2 * up) * (data.shape[3] + 2 * left) > LARGEST:
        raise ValueError(f"it pads by {up} and {left}")
    padded = np.pad(data, ((0, 0), (0, 0), (up, up), (left, left)))
    (down, right), (rise, run) = (pair(node.option(name, 1)) for name in ("stride", "dilate"))
    filters, depth, tall, wide = weight.shape
    height = (padded.shape[2] - (tall - 1) * rise - 1) // down + 1
    width = (padded.shape[3] - (wide - 1) * run - 1) // right + 1
    groups = node.option("num_group", 1)
    grouped = padded.reshape(len(data), groups, depth, *padded.shape[2:])
    parts = weight.reshape(groups, filters // groups, depth, tall, wide)
    total = np.zeros((len(data), groups, filters // groups, height * width), np.float32)
    for i, j in product(range(tall), range(wide)):
        rows = slice(i * rise, i * rise + (height - 1) * down + 1, down)
        columns = slice(j * run, j * run + (width - 1) * right + 1, right)
        seen = grouped[..., rows, columns].reshape(len(data), groups, depth, -1)
        total += parts[..., i, j] @ seen
    result = total.reshape(len(data), filters, height, width)
    return result if bias is None else result + _along(bias, 4)


def _pooling(node: Node, data: Array) -> Array:
    """Window by window: the largest, the sum or the mean of what lies in it."""
    sides, kind = data.shape[2:], node.option("pool_type", "max")
    whole = node.option("global_pool", otherwise=False)
    size = sides if whole else pair(node.option("kernel", 1))
    pads = (0, 0) if whole else pair(node.option("pad", 0))
    steps = (1, 1) if whole else pair(node.option("stride", 1))
    rounded = math.ceil if node.option("pooling_convention", "valid") == "full" else math.floor
    counts = [rounded((sides[k] + 2 * pads[k] - size[k]) / steps[k]) + 1 for k in range(2)]
    result = np.empty((*data.shape[:2], *counts), data.dtype)
    padding = node.option("count_include_pad", otherwise=True)
    for i, j in product(*map(range, counts)):
        starts = [place * step - pad for place, step, pad in zip((i, j), steps, pads, strict=True)]
        inner = [slice(max(a, 0), max(a + size[k], 0)) for k, a in enumerate(starts)]
        ends = [min(a + size[k], sides[k] + pads[k]) for k, a in enumerate(starts)]
        part = data[:, :, inner[0], inner[1]]
        if kind == "max":
            result[:, :, i, j] = part.max((2, 3))
            continue
        area = math.prod(end - start for start, end in zip(starts, ends, strict=True))
        sums = part.sum((2, 3), np.float64)
        divisor = area if padding else part.shape[2] * part.shape[3]
        result[:, :, i, j] = sums if kind == "sum" else sums / divisor
    return result


def _batch_norm(
    node: Node, data: Array, gamma: Array, beta: Array, mean: Array, variance: Array
) -> Array:
    if node.option("fix_gamma", otherwise=True):
        gamma = np.ones_like(gamma)
    deviation = np.sqrt(variance + np.float32(node.option("eps", 1e-3)))
    gamma, beta, mean, deviation = (_along(x, data.ndim) for x in (gamma, beta, mean, deviation))
    return np.asarray((data - mean) / deviation * gamma + beta)


def _unit_length(node: Node, data: Array) -> Array:
    first, last = {"channel": (1, 2), "instance": (1, 9), "spatial": (2, 9)}[
        node.option("mode", "instance")
    ]
    squares = np.square(data).sum(tuple(range(first, min(last, data.ndim))), keepdims=True)
    return np.asarray(data / np.sqrt(squares + np.float32(node.option("eps", 1e-10))))


def _reshape(node: Node, values: Array) -> Array:
    wanted = node.option("shape", ())
    sides = wanted if isinstance(wanted, tuple) else (wanted,)
    return values.reshape([side or values.shape[place] for place, side in enumerate(sides)])


def _slices(node: Node, values: Array) -> list[Array]:
    parts = np.split(values, node.option("num_outputs", 1), node.option("axis", 1))
    squeezed = node.option("squeeze_axis", otherwise=False)
    return [part.squeeze(node.option("axis", 1)) for part in parts] if squeezed else parts


def _same(_: Node, values: Array, *_others: Array) -> Array:
    return values


def _scalar(node: Node) -> Any:  # noqa: ANN401 - a number of numpy's
    return np.float32(node.option("scalar", 1.0))


OPERATORS: Final[Mapping[str, Compute]] = {
    **dict.fromkeys(("BlockGrad", "Dropout", "MakeLoss", "_copy", "identity"), _same),
    **dict.fromkeys(("LinearRegressionOutput", "MAERegressionOutput"), _same),
    **dict.fromkeys(("LogisticRegressionOutput", "sigmoid"), lambda _, x: _logistic(x)),
    **dict.fromkeys(("_Plus", "_plus", "broadcast_add", "broadcast_plus"), lambda _, x, y: x + y),
    **dict.fromkeys(("elemwise_add", "_add"), lambda _, x, y: x + y),
    **dict.fromkeys(("_Minus", "_minus", "broadcast_minus"), lambda _, x, y: x - y),
    **dict.fromkeys(("_sub", "broadcast_sub", "elemwise_sub"), lambda _, x, y: x - y),
    **dict.fromkeys(("_Mul", "_mul", "broadcast_mul", "elemwise_mul"), lambda _, x, y: x * y),
    **dict.fromkeys(("_Div", "_div", "broadcast_div", "elemwise_div"), lambda _, x, y: x / y),
    **dict.fromkeys(("_PlusScalar", "_plus_scalar"), lambda node, x: x + _scalar(node)),
    **dict.fromkeys(("_MinusScalar", "_minus_scalar"), lambda node, x: x - _scalar(node)),
    **dict.fromkeys(("_RMinusScalar", "_rminus_scalar"), lambda node, x: _scalar(node) - x),
    **dict.fromkeys(("_MulScalar", "_mul_scalar"), lambda node, x: x * _scalar(node)),
    **dict.fromkeys(("_DivScalar", "_div_scalar"), lambda node, x: x / _scalar(node)),
    **dict.fromkeys(
        ("Concat", "concat"), lambda node, *x: np.concatenate(x, node.option("dim", 1))
    ),
    **dict.fromkeys(("Flatten", "flatten"), lambda _, x: x.reshape(len(x), -1)),
    **dict.fromkeys(("Reshape", "reshape"), _reshape),
    **dict.fromkeys(("SliceChannel", "split"), _slices),
    **dict.fromkeys(("Softmax", "SoftmaxOutput"), _softmax_output),
    "Activation": lambda node, x: _CURVES[node.option("act_type", "")](x),
    "BatchNorm": _batch_norm,
    "Convolution": _convolution,
    "FullyConnected": _dense,
    "L2Normalization": _unit_length,
    "LeakyReLU": _leaky,
    "Pooling": _pooling,
    "SoftmaxActivation": _softmax_activation,
    "clip": lambda node, x: np.clip(x, node.option("a_min", None), node.option("a_max", None)),
    "dot": _dot,
    "exp": lambda _, x: np.exp(x),
    "relu": lambda _, x: _CURVES["relu"](x),
    "softmax": lambda node, x: _softmax(x, node.option("axis", -1)),
    "sqrt": lambda _, x: np.sqrt(x),
    "square": lambda _, x: np.square(x),
    "tanh": lambda _, x: np.tanh(x),
    "transpose": lambda node, x: x.transpose(node.option("axes", ()) or None),
}
