"""MXNet's operators on whole arrays; shapes and defaults are those of its API documentation."""

import ast
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .symbols import Node

Array = NDArray[Any]
Operator = Callable[[Node, list[Array]], Array]


def option(node: Node, name: str, otherwise: Any) -> Any:  # noqa: ANN401 - as the attribute says
    """An attribute's value: a number, a truth value, a tuple, or a word as it is."""
    text = node.attributes.get(name)
    if text is None:
        return otherwise
    try:
        return ast.literal_eval(text.replace("L", ""))  # Python 2 wrote (3L, 3L)
    except (ValueError, SyntaxError):
        return text


def numbers(value: Any) -> tuple[float, ...]:  # noqa: ANN401 - as the attribute says
    """A tuple, of one number too."""
    return tuple(value) if isinstance(value, tuple | list) else (value,)


def softmax(values: Array, axis: int) -> Array:
    """Probabilities along an axis."""
    powers = np.exp(values - values.max(axis=axis, keepdims=True))
    return np.asarray(powers / powers.sum(axis=axis, keepdims=True))


def logistic(values: Array) -> Array:
    """1 / (1 + e^-x)."""
    with np.errstate(over="ignore"):  # of a score far below zero, whose answer is 0
        return np.asarray(1 / (1 + np.exp(-values)))


def _same(_: Node, inputs: list[Array]) -> Array:
    return inputs[0]


def _logistic(_: Node, inputs: list[Array]) -> Array:
    return logistic(inputs[0])


def _softmax(node: Node, inputs: list[Array]) -> Array:
    return softmax(inputs[0], option(node, "axis", -1))


def _softmax_output(node: Node, inputs: list[Array]) -> Array:
    if option(node, "multi_output", otherwise=False):
        return softmax(inputs[0], 1)
    if option(node, "preserve_shape", otherwise=False):
        return softmax(inputs[0], -1)
    return softmax(inputs[0].reshape(len(inputs[0]), -1), 1).reshape(inputs[0].shape)


def _softmax_activation(node: Node, inputs: list[Array]) -> Array:
    if option(node, "mode", "instance") == "channel":
        return softmax(inputs[0], 1)
    return softmax(inputs[0].reshape(len(inputs[0]), -1), 1).reshape(inputs[0].shape)


def _activation(node: Node, inputs: list[Array]) -> Array:
    match option(node, "act_type", "relu"):
        case "relu":
            return np.asarray(np.maximum(inputs[0], 0))
        case "sigmoid":
            return logistic(inputs[0])
        case "tanh":
            return np.asarray(np.tanh(inputs[0]))
    raise ValueError(f"{node.name} has the activation {option(node, 'act_type', '')}, unknown here")


def _dot(node: Node, inputs: list[Array]) -> Array:
    left, right = inputs
    left = left.T if option(node, "transpose_a", otherwise=False) else left
    right = right.T if option(node, "transpose_b", otherwise=False) else right
    return np.asarray(np.dot(left, right))


def _fully_connected(node: Node, inputs: list[Array]) -> Array:
    rows, weight, *bias = inputs
    if option(node, "flatten", otherwise=True):
        rows = rows.reshape(len(rows), -1)
    return np.asarray(rows @ weight.T + (bias[0] if bias else 0))


def _add(_: Node, inputs: list[Array]) -> Array:
    return np.asarray(inputs[0] + inputs[1])


def _multiply(_: Node, inputs: list[Array]) -> Array:
    return np.asarray(inputs[0] * inputs[1])


def _multiply_by_number(node: Node, inputs: list[Array]) -> Array:
    return np.asarray(inputs[0] * inputs[0].dtype.type(option(node, "scalar", 1.0)))


def _flatten(_: Node, inputs: list[Array]) -> Array:
    return inputs[0].reshape(len(inputs[0]), -1)


def _reshape(node: Node, inputs: list[Array]) -> Array:
    wanted = numbers(option(node, "shape", ()))
    if any(side < -1 for side in wanted) or option(node, "reverse", otherwise=False):
        raise ValueError(f"{node.name} reshapes to {wanted}, which is not known here")
    shape = inputs[0].shape
    return inputs[0].reshape([int(side) or shape[place] for place, side in enumerate(wanted)])


def _transpose(node: Node, inputs: list[Array]) -> Array:
    axes = numbers(option(node, "axes", ()))
    return inputs[0].transpose([int(axis) for axis in axes] or None)


def _concat(node: Node, inputs: list[Array]) -> Array:
    return np.concatenate(inputs, axis=option(node, "dim", 1))


def _l2_normalization(node: Node, inputs: list[Array]) -> Array:
    dimensions = range(inputs[0].ndim)
    axes = {"channel": (1,), "instance": dimensions[1:], "spatial": dimensions[2:]}
    places = tuple(axes[option(node, "mode", "instance")])
    squares = (inputs[0] ** 2).sum(axis=places, keepdims=True)
    return np.asarray(inputs[0] / np.sqrt(squares + np.float32(option(node, "eps", 1e-10))))


_IDENTITIES = (
    "_copy",
    "identity",
    "BlockGrad",
    "Dropout",
    "LinearRegressionOutput",
    "MAERegressionOutput",
    "MakeLoss",
)
OPERATORS: dict[str, Operator] = {
    **dict.fromkeys(_IDENTITIES, _same),
    **dict.fromkeys(("_plus", "_Plus", "elemwise_add", "broadcast_add", "broadcast_plus"), _add),
    **dict.fromkeys(("_mul", "_Mul", "elemwise_mul", "broadcast_mul"), _multiply),
    "_mul_scalar": _multiply_by_number,
    "Activation": _activation,
    "Concat": _concat,
    "Flatten": _flatten,
    "FullyConnected": _fully_connected,
    "L2Normalization": _l2_normalization,
    "LogisticRegressionOutput": _logistic,
    "Reshape": _reshape,
    "SoftmaxActivation": _softmax_activation,
    "SoftmaxOutput": _softmax_output,
    "dot": _dot,
    "sigmoid": _logistic,
    "softmax": _softmax,
    "transpose": _transpose,
}
