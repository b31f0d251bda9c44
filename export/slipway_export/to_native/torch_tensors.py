"""The tensors of a torch file by name, their elements in a row."""

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import numpy as np
from slipway.artifacts.pickles.values import Instance, Sequence
from slipway.artifacts.pickles.values import Mapping as Dict

from slipway_export.model import EXACT, Array, ExportRefused, Proof
from slipway_export.to_native.safetensors_files import SIZES, Tensor
from slipway_export.to_native.safetensors_files import read as read_safetensors
from slipway_export.to_native.torch_files import Strided, TorchFile, strided

_USUAL: Final = ("state_dict", "model_state_dict", "model", "module", "net", "weights")
_EXPANSION: Final = 4
_FLOOR: Final = 64 << 20
_MODULES: Final = 100_000
_NAME: Final = 4096


def named(root: Any) -> tuple[dict[str, Strided], int]:  # noqa: ANN401 - any value
    """The tensors of a state dict, of a checkpoint's or of a module, and what else is beside them.

    Raises ExportRefused where there are none, or several state dicts of no usual name.
    """
    items = dict(_items(root))
    found = dict(_tensors(items))
    if not found and (
        inner := [name for name in items if dict(_tensors(dict(_items(items[name]))))]
    ):
        usual = [name for name in _USUAL if name in inner]
        if len(inner) > 1 and not usual:
            raise ExportRefused(f"it holds several sets of tensors: {', '.join(sorted(inner)[:8])}")
        chosen = usual[0] if usual else inner[0]
        found, _ = named(items[chosen])
        return found, len(items) - 1
    if not found:
        found = dict(_of_module(root))
    if not found:
        raise ExportRefused("it holds no tensors by name; save the model's state_dict()")
    return found, sum(1 for name in items if name not in found)


def _tensors(items: Mapping[str, Any]) -> Iterator[tuple[str, Strided]]:
    for name, value in items.items():
        if (tensor := strided(value)) is not None:
            yield name, tensor


def _items(value: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - any value
    """Names and values of a dict, an OrderedDict, or one that Python 2 wrote as a list of pairs."""
    if isinstance(value, Instance) and str(value.cls) == "collections.OrderedDict":
        first = value.args.items[0] if value.args and value.args.items else None
        for pair in first.items if isinstance(first, Sequence) else ():
            if isinstance(pair, Sequence) and len(pair.items) == 2:
                yield str(pair.items[0]), pair.items[1]
        value = value.items
    if isinstance(value, Dict):
        yield from ((str(name), held) for name, held in value.items.items())


def _of_module(root: Any) -> Iterator[tuple[str, Strided]]:  # noqa: ANN401 - any value
    """Parameters and buffers of a whole module, named as its state_dict() names them."""
    waiting, modules = [(root, "")], 0
    while waiting:
        value, prefix = waiting.pop()
        attributes = value.attributes if isinstance(value, Instance) else {}
        for kind in ("_parameters", "_buffers"):
            for name, held in _items(attributes.get(kind)):
                if (tensor := strided(held)) is not None:
                    yield f"{prefix}{name}", tensor
        parts = list(_items(attributes.get("_modules")))
        waiting += [(held, f"{prefix}{name}.") for name, held in parts]
        modules += len(parts)
        if modules > _MODULES or len(prefix) > _NAME:
            raise ExportRefused(f"its module has more than {_MODULES} parts, or one of itself")


def gathered(tensors: Mapping[str, Strided], file: TorchFile) -> dict[str, Tensor]:
    """The tensors' elements, each in a row of its own; shared storages are written out twice."""
    limit = _EXPANSION * sum(map(len, file.storages.values())) + _FLOOR
    total = sum(math.prod(t.sides) * SIZES[t.dtype] for t in tensors.values())
    if total > limit:
        raise ExportRefused(f"its tensors have {total} bytes, more than its storages can mean")
    return {
        name: Tensor(tensor.dtype, tensor.sides, _contiguous(tensor, _elements(tensor, file)))
        for name, tensor in tensors.items()
    }


def _elements(tensor: Strided, file: TorchFile) -> Array:
    """The tensor's storage as rows of bytes, one an element, when all of the tensor lies in it."""
    item = SIZES[tensor.dtype]
    held = file.storages.get(tensor.storage, b"")
    if len(tensor.sides) != len(tensor.strides) or len(tensor.sides) > 64:
        raise ExportRefused("a tensor has more sides than strides")
    reach = (max(side - 1, 0) * by for side, by in zip(tensor.sides, tensor.strides, strict=True))
    last = tensor.offset + sum(reach)
    if math.prod(tensor.sides) and last >= len(held) // item:
        raise ExportRefused("a tensor reaches beyond its storage")
    return np.frombuffer(held, f"V{item}", len(held) // item)


def _contiguous(tensor: Strided, elements: Array) -> bytes:
    if not math.prod(tensor.sides):
        return b""
    item = elements.itemsize
    steps = tuple(stride * item for stride in tensor.strides)
    view = np.lib.stride_tricks.as_strided(
        elements[tensor.offset :], tensor.sides, steps, writeable=False
    )
    return np.ascontiguousarray(view).tobytes()


def prove(tensors: Mapping[str, Strided], file: TorchFile, written: Mapping[str, bytes]) -> Proof:
    """That each tensor read back from its file in `written` is the original's, to the last bit.

    The original's elements are picked one by one, by their numbers in the storage.
    """
    names = sorted(tensors)

    def original(numbers: Array) -> Array:
        return _digests(lambda name: _picked(tensors[name], file), names, numbers)

    def exported(numbers: Array) -> Array:
        found: dict[str, Tensor] = {}
        for content in written.values():
            found |= read_safetensors(content)
        if found.keys() != set(names):
            raise ExportRefused("the export has other tensors than the model")
        return _digests(found.__getitem__, names, numbers)

    return Proof(np.arange(len(names)), original, exported, EXACT, "tensors")


def _picked(tensor: Strided, file: TorchFile) -> Tensor:
    places = np.full(tensor.sides, tensor.offset, np.int64)
    for axis, (side, stride) in enumerate(zip(tensor.sides, tensor.strides, strict=True)):
        steps = np.arange(side, dtype=np.int64) * stride
        places += steps.reshape(-1, *(1,) * (len(tensor.sides) - axis - 1))
    return Tensor(tensor.dtype, tensor.sides, _elements(tensor, file)[places.reshape(-1)].tobytes())


def _digests(find: Callable[[str], Tensor], names: list[str], numbers: Array) -> Array:
    """A row of 32 numbers for each tensor: the sha256 of its dtype, shape and elements."""
    rows = []
    for number in numbers:
        tensor = find(names[int(number)])
        told = f"{names[int(number)]} {tensor.dtype} {tensor.shape}".encode()
        rows.append(np.frombuffer(hashlib.sha256(told + tensor.content).digest(), np.uint8))
    return np.array(rows, np.float64).reshape(len(rows), -1)
