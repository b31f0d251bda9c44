"""MXNet's NDArray files (src/ndarray/ndarray.cc): shapes and names, without the elements.

u64 0x112, u64 0, u64 count, then for each array u32 magic, i32 storage type (V2 and V3), u32
dimensions, i64 sides, i32 device type and number, i32 element type, elements; u64 count of names,
each a u64 length and bytes. The names stand last, so elements are passed over.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import Final

from slipway.artifacts.archives.reader import Damaged, Reader

MAGIC: Final = (0x112).to_bytes(8, "little") + bytes(8)
_V1, _V2, _V3 = 0xF993FAC8, 0xF993FAC9, 0xF993FACA
_TYPES: Final = {
    0: ("float32", 4),
    1: ("float64", 8),
    2: ("float16", 2),
    3: ("uint8", 1),
    4: ("int32", 4),
    5: ("int8", 1),
    6: ("int64", 8),
    7: ("bool", 1),
    12: ("bfloat16", 2),
}
_INDICES: Final = {0: 0, 1: 1, 2: 2}  # dense, row_sparse, csr: how many arrays of indices follow
_MOST: Final = 20_000
_NAME: Final = 512


@dataclass(frozen=True, slots=True)
class NDArray:
    """One array: its name ("" in a list), shape and element type."""

    name: str
    shape: tuple[int, ...]
    dtype: str


def read_arrays(reader: Reader) -> list[NDArray]:
    """The arrays of a file, to its end; Damaged where it is not one."""
    if reader.read(16) != MAGIC:
        raise Damaged("it does not begin as an NDArray file")
    arrays = [_array(reader) for _ in range(_count(reader))]
    names = [_name(reader) for _ in range(_count(reader))]
    if names and len(names) != len(arrays):
        raise Damaged("it names more or fewer arrays than it has")
    if not reader.at_end():
        raise Damaged("bytes follow its last name")
    return [
        NDArray(name, shape, dtype)
        for (shape, dtype), name in zip(arrays, names or [""] * len(arrays), strict=True)
    ]


def _count(reader: Reader) -> int:
    count = _u64(reader)
    if count > _MOST:
        raise Damaged(f"it claims {count} arrays")
    return count


def _u64(reader: Reader) -> int:
    return int.from_bytes(reader.read(8), "little")


def _array(reader: Reader) -> tuple[tuple[int, ...], str]:
    (magic,) = struct.unpack("<I", reader.read(4))
    if magic not in (_V1, _V2, _V3):
        raise Damaged("an array is of an unknown version")
    (storage,) = struct.unpack("<i", reader.read(4)) if magic != _V1 else (0,)
    indices = _INDICES.get(storage)
    if indices is None:
        raise Damaged("an array is stored in an unknown way")
    held = _shape(reader) if indices else None
    shape = _shape(reader)
    reader.read(8)  # device
    dtype, item = _type(reader)
    numbered = [(_type(reader)[1], _shape(reader)) for _ in range(indices)]
    for size, sides in [(item, shape if held is None else held), *numbered]:
        reader.skip(math.prod(sides) * size)
    return shape, dtype


def _shape(reader: Reader) -> tuple[int, ...]:
    (dimensions,) = struct.unpack("<I", reader.read(4))
    if dimensions > 32:
        raise Damaged("an array has too many dimensions")
    shape = struct.unpack(f"<{dimensions}q", reader.read(8 * dimensions))
    if any(side < 0 for side in shape):
        raise Damaged("an array has an unknown type or shape")
    return shape


def _type(reader: Reader) -> tuple[str, int]:
    (kind,) = struct.unpack("<i", reader.read(4))
    if kind not in _TYPES:
        raise Damaged("an array has an unknown type or shape")
    return _TYPES[kind]


def _name(reader: Reader) -> str:
    length = _u64(reader)
    if length > _NAME:
        raise Damaged("an array's name is too long")
    return reader.read(length).decode("utf-8", "replace").removeprefix("arg:").removeprefix("aux:")
