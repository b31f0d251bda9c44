"""safetensors files: a u64 length, a JSON header of that length, raw tensors."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Final

from slipway.artifacts.archives.reader import Damaged, Reader
from slipway.artifacts.archives.refusal import MIB

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST: Final = 100 * MIB  # the format's own bound
_HELD: Final = 4 * MIB
_SHOWN: Final = 8
_BITS: Final = {
    "BOOL": 8,
    "U8": 8,
    "I8": 8,
    "F8_E5M2": 8,
    "F8_E4M3": 8,
    "F8_E8M0": 8,
    "U16": 16,
    "I16": 16,
    "F16": 16,
    "BF16": 16,
    "U32": 32,
    "I32": 32,
    "F32": 32,
    "U64": 64,
    "I64": 64,
    "F64": 64,
    "C64": 64,
    "F4": 4,
    "F6_E2M3": 6,
    "F6_E3M2": 6,
}


def is_safetensors(head: bytes) -> bool:
    """Whether a file begins as one."""
    return 2 <= int.from_bytes(head[:8], "little") <= _LONGEST and head[8:10] in (b'{"', b"{}")


def read_safetensors(reader: Reader) -> dict[str, Any]:
    """`tensors` and the shapes of the first; Damaged where the header contradicts the file."""
    length = int.from_bytes(reader.read(8), "little")
    if length > _HELD:
        raise Damaged(f"its header would have {length} bytes")
    reader.effort.step(length // 100)
    try:
        header = json.loads(reader.read(length), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise Damaged("its header is not JSON") from None
    if not isinstance(header, dict):
        raise Damaged("its header is no object")
    header.pop("__metadata__", None)
    shapes, ends = dict(list(_shapes(header))[:_SHOWN]), sorted(map(_place, header.values()))
    if any(begin != before for (begin, _), (_, before) in zip(ends, [(0, 0), *ends], strict=False)):
        raise Damaged("its tensors overlap or leave gaps")
    reader.skip(ends[-1][1] if ends else 0)
    if not reader.at_end():
        raise Damaged("bytes follow its tensors")
    return {"tensors": len(header), "shapes": shapes}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, each of whose names stands once."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Damaged("its header names something twice")
    return found


def _shapes(header: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, tensor in header.items():
        if not isinstance(tensor, dict) or not isinstance(tensor.get("shape"), list):
            raise Damaged("its header describes no tensors")
        yield name, tensor["shape"]


def _place(tensor: dict[str, Any]) -> tuple[int, int]:
    """Where a tensor begins and ends, as its shape has it."""
    offsets, sides = tensor.get("data_offsets"), tensor["shape"]
    bits = _BITS.get(str(tensor.get("dtype")))
    if not isinstance(offsets, list) or len(offsets) != 2 or not _are_sizes([*offsets, *sides]):
        raise Damaged("its header describes no tensors")
    begin, end = offsets
    if bits is not None and math.prod(sides) * bits != (end - begin) * 8:
        raise Damaged("a tensor's shape contradicts its size")
    return begin, end


def _are_sizes(values: list[Any]) -> bool:
    return all(type(each) is int and each >= 0 for each in values)
