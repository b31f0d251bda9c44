"""MXNet's operators in ONNX's, with the same numbers where MXNet infers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from slipway_export.model import ExportRefused
from slipway_export.networks.symbols import Node
from slipway_export.to_onnx.graphs import GraphWriter

# What concerns training, memory and speed, or what the shapes of the weights say as well.
_OF_NO_CONCERN: Final = frozenset(
    {
        "cudnn_off",
        "cudnn_tune",
        "grad_scale",
        "ignore_label",
        "momentum",
        "no_bias",
        "normalization",
        "num_args",
        "num_filter",
        "num_hidden",
        "out_grad",
        "p",
        "smooth_alpha",
        "use_global_stats",
        "use_ignore",
        "valid_thresh",
        "workspace",
    }
)


@dataclass(frozen=True, slots=True)
class Step:
    """One operator to write: its inputs' names in the graph, and their shapes for the example."""

    graph: GraphWriter
    node: Node
    inputs: Sequence[str]
    shapes: Sequence[tuple[int, ...]]
    _read: set[str] = field(default_factory=set)

    def option(self, name: str, otherwise: Any) -> Any:  # noqa: ANN401 - as the attribute says
        """An attribute, from now on known."""
        self._read.add(name)
        return self.node.option(name, otherwise)

    def pair(self, name: str, otherwise: int) -> tuple[int, int]:
        """An attribute for height and width."""
        values = self.option(name, None) or (otherwise,)
        values = values if isinstance(values, tuple | list) else (values,)
        if len(values) > 2:
            raise self.refusal(f"has {len(values)} dimensions")
        return int(values[0]), int(values[-1])

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:  # noqa: ANN401 - as ONNX says
        """A node of the graph."""
        return self.graph.add(operator, *inputs, **attributes)

    def number(self, value: float) -> str:
        """A float32 of no dimensions."""
        return self.graph.constant(value, f"{self.node.name}_number")

    def integers(self, *values: int) -> str:
        """A vector of int64."""
        return self.graph.constant(values, f"{self.node.name}_integers", np.int64)

    def refusal(self, what: str) -> ExportRefused:
        """This operator does something that is not known here."""
        return ExportRefused(f"{self.node.operator} {self.node.name} {what}, not known here")

    def strangers(self) -> list[str]:
        """Attributes that nobody asked for and that may matter."""
        named = self.node.attributes.keys() - self._read - _OF_NO_CONCERN
        return sorted(name for name in named if not name.startswith("_") and "lr_mult" not in name)


Written = str | list[str]
Write = Callable[[Step], Written]


def _same(step: Step) -> str:
    return step.inputs[0]


def _dropout(step: Step) -> str:
    if step.option("mode", "training") != "training":
        raise step.refusal("drops values where it infers")
    step.option("axes", ())
    return step.inputs[0]


def _plain(operator: str) -> Write:
    """The inputs as they are."""
    return lambda step: step.add(operator, *step.inputs)


def _with_number(operator: str, *, turned: bool = False) -> Write:
    """The input and the attribute `scalar`, or the other way round."""

    def write(step: Step) -> str:
        given = (step.inputs[0], step.number(step.option("scalar", 1.0)))
        return step.add(operator, *(given[::-1] if turned else given))

    return write


def _square(step: Step) -> str:
    return step.add("Mul", step.inputs[0], step.inputs[0])


_CURVES: Final = {
    "relu": "Relu",
    "sigmoid": "Sigmoid",
    "softrelu": "Softplus",
    "softsign": "Softsign",
    "tanh": "Tanh",
}


def _activation(step: Step) -> str:
    kind = step.option("act_type", "")
    if kind not in _CURVES:
        raise step.refusal(f"has the activation {kind}")
    return step.add(_CURVES[kind], step.inputs[0])


def _leaky(step: Step) -> str:
    kind, slope = step.option("act_type", "leaky"), float(step.option("slope", 0.25))
    if kind == "prelu":
        sides = step.integers(-1, *(1,) * (len(step.shapes[0]) - 2))
        return step.add("PRelu", step.inputs[0], step.add("Reshape", step.inputs[1], sides))
    if kind not in ("elu", "leaky"):
        raise step.refusal(f"has the activation {kind}")
    return step.add("Elu" if kind == "elu" else "LeakyRelu", step.inputs[0], alpha=slope)


def _clip(step: Step) -> str:
    bounds = (step.number(step.option(name, 0.0)) for name in ("a_min", "a_max"))
    return step.add("Clip", step.inputs[0], *bounds)


def _concat(step: Step) -> str:
    return step.add("Concat", *step.inputs, axis=step.option("dim", 1))


def _flatten(step: Step) -> str:
    return step.add("Flatten", step.inputs[0], axis=1)


def _reshape(step: Step) -> str:
    wanted = step.option("shape", ())
    sides = wanted if isinstance(wanted, tuple | list) else (wanted,)
    if step.option("reverse", otherwise=False) or not sides or min(sides) < -1:
        raise step.refusal(f"has the shape {wanted}")
    return step.add("Reshape", step.inputs[0], step.integers(*sides))


def _transpose(step: Step) -> str:
    axes = step.option("axes", ()) or tuple(range(len(step.shapes[0])))[::-1]
    return step.add("Transpose", step.inputs[0], perm=axes)


def _slices(step: Step) -> list[str]:
    axis, count = step.option("axis", 1), step.option("num_outputs", 1)
    parts = step.graph.add_many(count, "Split", step.inputs[0], axis=axis)
    if not step.option("squeeze_axis", otherwise=False):
        return parts
    return [step.add("Squeeze", part, step.integers(axis)) for part in parts]


def _softmax(step: Step) -> str:
    if step.option("temperature", None) not in (None, 1) or len(step.inputs) > 1:
        raise step.refusal("has a temperature or a length")
    return step.add("Softmax", step.inputs[0], axis=step.option("axis", -1))


def _softmax_output(step: Step) -> str:
    whole = step.option("preserve_shape", otherwise=False)
    if step.option("multi_output", otherwise=False):
        return step.add("Softmax", step.inputs[0], axis=1)
    return step.add("Softmax", step.inputs[0], axis=-1) if whole else _softmax_of_rows(step)


def _softmax_activation(step: Step) -> str:
    if step.option("mode", "instance") == "channel":
        return step.add("Softmax", step.inputs[0], axis=1)
    return _softmax_of_rows(step)


def _softmax_of_rows(step: Step) -> str:
    if len(step.shapes[0]) == 2:
        return step.add("Softmax", step.inputs[0], axis=1)
    flat = step.add("Softmax", _flatten(step), axis=1)
    return step.add("Reshape", flat, step.add("Shape", step.inputs[0]))


def _dot(step: Step) -> str:
    if {len(shape) for shape in step.shapes} != {2}:
        raise step.refusal("multiplies what are no matrices")
    sides = list(step.inputs)
    for place, name in enumerate(("transpose_a", "transpose_b")):
        if step.option(name, otherwise=False):
            sides[place] = step.add("Transpose", sides[place], perm=[1, 0])
    return step.add("MatMul", *sides)


def _dense(step: Step) -> str:
    if step.option("flatten", otherwise=True):
        flat = step.inputs[0] if len(step.shapes[0]) == 2 else _flatten(step)
        return step.add("Gemm", flat, *step.inputs[1:], transB=1)
    weight = step.add("Transpose", step.inputs[1], perm=[1, 0])
    product = step.add("MatMul", step.inputs[0], weight)
    return step.add("Add", product, step.inputs[2]) if len(step.inputs) > 2 else product


def _convolution(step: Step) -> str:
    if step.option("layout", None) not in (None, "None", "NCHW") or len(step.shapes[0]) != 4:
        raise step.refusal("is not in two dimensions, channels first")
    return step.add(
        "Conv",
        *step.inputs,
        kernel_shape=step.pair("kernel", 1),
        strides=step.pair("stride", 1),
        dilations=step.pair("dilate", 1),
        pads=step.pair("pad", 0) * 2,
        group=step.option("num_group", 1),
    )


def _batch_norm(step: Step) -> str:
    if step.option("axis", 1) != 1 or step.option("output_mean_var", otherwise=False):
        raise step.refusal("has another axis than the channels', or several outputs")
    data, gamma, *others = step.inputs
    if step.option("fix_gamma", otherwise=True):
        gamma = step.graph.constant(np.ones(step.shapes[1]), f"{step.node.name}_gamma_fixed")
    epsilon = float(step.option("eps", 1e-3))
    return step.add("BatchNormalization", data, gamma, *others, epsilon=epsilon)


def _unit_length(step: Step) -> str:
    mode, rank = step.option("mode", "instance"), len(step.shapes[0])
    axes = {"channel": [1], "instance": range(1, rank), "spatial": range(2, rank)}[mode]
    squares = step.add("ReduceSum", _square(step), step.integers(*axes))
    safe = step.add("Add", squares, step.number(step.option("eps", 1e-10)))
    return step.add("Div", step.inputs[0], step.add("Sqrt", safe))


def _pooling(step: Step) -> str:
    kind, whole = step.option("pool_type", "max"), step.option("global_pool", otherwise=False)
    full = step.option("pooling_convention", "valid")
    counted = step.option("count_include_pad", otherwise=True) in (True, None)
    windows = Windows(step.pair("kernel", 1), step.pair("stride", 1), step.pair("pad", 0))
    if kind not in ("avg", "max", "sum") or full not in ("full", "valid"):
        raise step.refusal(f"pools by {kind} with the convention {full}")
    if step.option("layout", None) not in (None, "None", "NCHW") or len(step.shapes[0]) != 4:
        raise step.refusal("is not in two dimensions, channels first")
    if whole:
        return _pooled_whole(step, kind)
    over = windows.over(step.shapes[0][2:]) if full == "full" else (0, 0)
    pads = [*windows.pad, *(pad + more for pad, more in zip(windows.pad, over, strict=True))]
    shape = {"kernel_shape": windows.size, "strides": windows.step, "pads": pads}
    if kind == "max":
        return step.add("MaxPool", step.inputs[0], **shape)
    counted_here = int(counted or kind == "sum")
    mean = step.add("AveragePool", step.inputs[0], count_include_pad=counted_here, **shape)
    if kind == "sum":
        return step.add("Mul", mean, step.number(windows.size[0] * windows.size[1]))
    if counted and any(over):  # what hangs over is no part of MXNet's mean
        parts = step.graph.constant(windows.parts(step.shapes[0][2:]), f"{step.node.name}_parts")
        return step.add("Div", mean, parts)
    return mean


def _pooled_whole(step: Step, kind: str) -> str:
    if kind == "sum":
        return step.add("ReduceSum", step.inputs[0], step.integers(2, 3))
    return step.add("GlobalMaxPool" if kind == "max" else "GlobalAveragePool", step.inputs[0])


@dataclass(frozen=True, slots=True)
class Windows:
    """What pooling looks through, in height and width."""

    size: tuple[int, int]
    step: tuple[int, int]
    pad: tuple[int, int]

    def over(self, sides: Sequence[int]) -> tuple[int, ...]:
        """How far the last windows hang over the padding where their number is rounded up."""
        each = zip(sides, self.size, self.step, self.pad, strict=True)
        return tuple(-(side + 2 * pad - size) % step for side, size, step, pad in each)

    def parts(self, sides: Sequence[int]) -> Any:  # noqa: ANN401 - an array
        """Which part of each window, in rows and columns, does not hang over."""
        parts = []
        for side, size, step, pad in zip(sides, self.size, self.step, self.pad, strict=True):
            starts = np.arange(-(-(side + 2 * pad - size) // step) + 1) * step
            parts.append(np.minimum(side + 2 * pad - starts, size) / size)
        return np.multiply.outer(*parts)


OPERATORS: Final[Mapping[str, Write]] = {
    **dict.fromkeys(("BlockGrad", "MakeLoss", "_copy", "identity"), _same),
    **dict.fromkeys(("LinearRegressionOutput", "MAERegressionOutput"), _same),
    **dict.fromkeys(("LogisticRegressionOutput", "sigmoid"), _plain("Sigmoid")),
    **dict.fromkeys(("_Plus", "_plus", "broadcast_add", "broadcast_plus"), _plain("Add")),
    **dict.fromkeys(("_add", "elemwise_add"), _plain("Add")),
    **dict.fromkeys(("_Minus", "_minus", "broadcast_minus"), _plain("Sub")),
    **dict.fromkeys(("_sub", "broadcast_sub", "elemwise_sub"), _plain("Sub")),
    **dict.fromkeys(("_Mul", "_mul", "broadcast_mul", "elemwise_mul"), _plain("Mul")),
    **dict.fromkeys(("_Div", "_div", "broadcast_div", "elemwise_div"), _plain("Div")),
    **dict.fromkeys(("_PlusScalar", "_plus_scalar"), _with_number("Add")),
    **dict.fromkeys(("_MinusScalar", "_minus_scalar"), _with_number("Sub")),
    **dict.fromkeys(("_RMinusScalar", "_rminus_scalar"), _with_number("Sub", turned=True)),
    **dict.fromkeys(("_MulScalar", "_mul_scalar"), _with_number("Mul")),
    **dict.fromkeys(("_DivScalar", "_div_scalar"), _with_number("Div")),
    **dict.fromkeys(("Concat", "concat"), _concat),
    **dict.fromkeys(("Flatten", "flatten"), _flatten),
    **dict.fromkeys(("Reshape", "reshape"), _reshape),
    **dict.fromkeys(("SliceChannel", "split"), _slices),
    **dict.fromkeys(("Softmax", "SoftmaxOutput"), _softmax_output),
    "Activation": _activation,
    "BatchNorm": _batch_norm,
    "Convolution": _convolution,
    "Dropout": _dropout,
    "FullyConnected": _dense,
    "L2Normalization": _unit_length,
    "LeakyReLU": _leaky,
    "Pooling": _pooling,
    "SoftmaxActivation": _softmax_activation,
    "clip": _clip,
    "dot": _dot,
    "exp": _plain("Exp"),
    "relu": _plain("Relu"),
    "softmax": _softmax,
    "sqrt": _plain("Sqrt"),
    "square": _square,
    "tanh": _plain("Tanh"),
    "transpose": _transpose,
}
