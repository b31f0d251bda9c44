"""safetensors files: a u64 length, a JSON header of that length, raw tensors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from slipway.artifacts.reader import Damaged, Reader
from slipway.artifacts.refusal import MIB

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST: Final = 100 * MIB  # the format's own bound
_HELD: Final = 1 * MIB
_SHOWN: Final = 8


def is_safetensors(head: bytes) -> bool:
    """Whether a file begins as one."""
    return 2 <= int.from_bytes(head[:8], "little") <= _LONGEST and head[8:10] in (b'{"', b"{}")


def read_safetensors(reader: Reader) -> dict[str, Any]:
    """`tensors` and the shapes of the first; Damaged where the header is no such JSON."""
    length = int.from_bytes(reader.read(8), "little")
    if length > _HELD:
        return {"header": length}
    try:
        header = json.loads(reader.read(length))
    except (ValueError, RecursionError):
        raise Damaged("its header is not JSON") from None
    if not isinstance(header, dict):
        raise Damaged("its header is no object")
    header.pop("__metadata__", None)
    return {"tensors": len(header), "shapes": dict(list(_shapes(header))[:_SHOWN])}


def _shapes(header: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, tensor in header.items():
        if not isinstance(tensor, dict) or not isinstance(tensor.get("shape"), list):
            raise Damaged("its header describes no tensors")
        yield name, tensor["shape"]
