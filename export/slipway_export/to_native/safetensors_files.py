"""safetensors files (https://github.com/huggingface/safetensors, README, Format): a u64 length, a
JSON header of that length, and the tensors' elements without gaps, little-endian, row by row."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from slipway_export.model import ExportRefused

SIZES: Final = {
    **dict.fromkeys(("BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3"), 1),
    **dict.fromkeys(("I16", "U16", "F16", "BF16"), 2),
    **dict.fromkeys(("I32", "U32", "F32"), 4),
    **dict.fromkeys(("I64", "U64", "F64", "C64"), 8),
}
_METADATA: Final = {"format": "pt"}  # what transformers insists on
_ALIGNMENT: Final = 8


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor in the words of the format: a dtype of SIZES, a shape, and its elements' bytes."""

    dtype: str
    shape: tuple[int, ...]
    content: bytes


def written(tensors: Mapping[str, Tensor]) -> bytes:
    """The file of these tensors, the widest elements first so that each is aligned."""
    ordered = sorted(tensors.items(), key=lambda each: (-SIZES[each[1].dtype], each[0]))
    header: dict[str, Any] = {"__metadata__": _METADATA}
    offset = 0
    for name, tensor in ordered:
        end = offset + len(tensor.content)
        header[name] = {
            "dtype": tensor.dtype,
            "shape": list(tensor.shape),
            "data_offsets": [offset, end],
        }
        offset = end
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % _ALIGNMENT)
    return b"".join(
        (len(text).to_bytes(8, "little"), text, *(tensor.content for _, tensor in ordered))
    )


def read(content: bytes) -> dict[str, Tensor]:
    """The tensors of a file, as whoever gets it reads them."""
    length = int.from_bytes(content[:8], "little")
    try:
        header = json.loads(content[8 : 8 + length])
        header.pop("__metadata__", None)
        start = 8 + length
        return {
            name: Tensor(
                told["dtype"],
                tuple(told["shape"]),
                content[start + told["data_offsets"][0] : start + told["data_offsets"][1]],
            )
            for name, told in header.items()
        }
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise ExportRefused(f"the safetensors file is malformed: {error!r}") from error
