"""What a layer is called on the picture: its family, which gives the colour, and what it does."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from slipway.artifacts.graphs.graph import INPUT, Layer, Shape

TIMES: Final = "\N{MULTIPLICATION SIGN}"
_LONGEST: Final = 1_000
_WHOLE: Final = re.compile(r"-?\d+")


@dataclass(frozen=True, slots=True)
class Family:
    """Operators of one colour; `light` ones are drawn on the card of what they follow."""

    name: str
    operators: re.Pattern[str]
    light: bool = False


def _family(name: str, operators: str, *, light: bool = False) -> Family:
    return Family(name, re.compile(operators, re.IGNORECASE), light)


OTHER: Final = _family("other", "")
ARITHMETIC: Final = _family(
    "arithmetic", r"^(neg|abs|exp|log|square|floor|round|sign)$", light=True
)
FAMILIES: Final = (
    _family("input", rf"^{INPUT}$"),
    _family("detection", r"multibox|nonmaxsuppression|box_nms|proposal|roi"),
    _family("loss", r"loss|softmaxoutput|regressionoutput|smooth_l1|crossentropy"),
    _family("normalisation", r"norm|^lrn$|rescaling", light=True),
    _family(
        "activation",
        r"relu|sigmoid|tanh|softmax|softplus|activation|elu|swish|mish|^erf$"
        r"|^clip",
        light=True,
    ),
    _family("resizing", r"upsampling|resize|deconv|conv\w*transpose|backpropinput"),
    _family("convolution", r"conv"),
    _family("pooling", r"pool|^(reduce)?mean$"),
    _family("dense", r"fullyconnected|matmul|dense|^gemm|linalg|^dot$|einsum|embedding|^gather"),
    _family("recurrent", r"^rnn$|lstm|gru|^(stateless)?while$|^scan$|^loop$"),
    _family(
        "shaping",
        r"reshape|flatten|transpose|squeeze|expanddims|slice|^pack$|^stack|split|"
        r"shape|^pad|padding|^cast|permute|tile|swapaxes|dropout|^biasadd",
        light=True,
    ),
    _family(
        "combining",
        r"concat|add|sub|mul|div|plus|minus|max|min|pow|average|scalar|sqrt"
        r"|squareddiff",
    ),
    ARITHMETIC,
)


def family_of(layer: Layer) -> Family:
    """The family of a layer; what combines one value with numbers only is mere arithmetic."""
    found = next((each for each in FAMILIES if each.operators.search(layer.operator)), OTHER)
    return ARITHMETIC if found.name == "combining" and len(layer.inputs) < 2 else found


def heading(layer: Layer) -> str:
    """The operator by its name, with what matters of its attributes: `Pooling 2, /2, max`."""
    kind = layer.attributes.get("act_type") or layer.attributes.get("activation", "linear")
    name = layer.operator.removeprefix("_contrib_").lstrip("_")
    if name == "Activation":
        return kind
    details = [*_details(layer), *([] if kind == "linear" else [kind])]
    return f"{name} {', '.join(details)}".rstrip()


def _details(layer: Layer) -> Iterator[str]:
    if layer.attributes.get("global_pool", "").lower() in ("true", "1"):
        yield "global"
    elif sides := _first(layer, "kernel", "kernel_shape", "kernel_size", "ksize", "pool_size"):
        yield TIMES.join(map(str, sides))
    elif _is_hwio(layer):
        yield TIMES.join(map(_side, layer.weights[0][:2]))
    if filters := _filters(layer):
        yield filters
    steps = _first(layer, "stride", "strides")
    if steps and set(steps) != {1}:
        yield "/" + TIMES.join(map(str, dict.fromkeys(steps)))
    if kind := layer.attributes.get("pool_type"):
        yield kind
    yield from (layer.attributes[name] for name in ("scalar", "p") if name in layer.attributes)
    if not family_of(layer).light:
        told = ((name, layer.attributes.get(name, "")) for name in ("dim", "axis"))
        yield from (f"{name} {value}" for name, value in told if value)


def _first(layer: Layer, *names: str) -> tuple[int, ...]:
    """The sides that the first of these attributes gives, without batch and channels of four."""
    text = next((layer.attributes[name] for name in names if name in layer.attributes), "")
    sides = tuple(map(int, _WHOLE.findall(text)))[:6]
    return sides[1:3] if len(sides) == 4 and sides[0] == sides[3] == 1 else sides


def _is_hwio(layer: Layer) -> bool:
    """Whether the weights are TensorFlow's kernel: height, width, in, out."""
    kind = layer.operator in ("Conv2D", "DepthwiseConv2dNative", "_FusedConv2D")
    return kind and bool(layer.weights) and len(layer.weights[0]) == 4


def _filters(layer: Layer) -> str:
    """How many features it gives, by its attributes or by its weights' shape."""
    for name in ("num_filter", "num_hidden", "filters", "units"):
        if name in layer.attributes:
            return layer.attributes[name]
    shape = layer.weights[0] if layer.weights else ()
    if layer.operator in ("Conv", "Gemm") and len(shape) > 1:
        return _side(shape[0])
    if layer.operator == "DepthwiseConv2dNative":
        return ""
    if _is_hwio(layer) or (layer.operator == "MatMul" and len(shape) == 2):
        return _side(shape[-1])
    return ""


def _side(side: int | None) -> str:
    return "?" if side is None else str(side)


def shaped(shape: Shape | None) -> str:
    """The sides of a shape, with ? for one that varies; empty where it is not known."""
    return f" {TIMES} ".join(map(_side, shape)) if shape else ""


def counted(count: int) -> str:
    """25557032 as `25.6 M`."""
    for size, unit in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return str(count)


def told(layer: Layer) -> str:
    """All that is known of a layer, a line each."""
    lines = [f"{layer.name}: {layer.operator}"]
    lines += [f"{name} = {value}" for name, value in layer.attributes.items()]
    lines += [f"weights {shaped(shape)}" for shape in layer.weights if shape]
    if layer.shape:
        lines.append(f"gives {shaped(layer.shape)}")
    text = "\n".join(lines)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
