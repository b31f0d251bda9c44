"""MXNet's NDArray files with their elements, as numpy arrays.

The format of MXNet's src/ndarray/ndarray.cc, little-endian: u64 0x112, u64 0, u64 count; for each
array u32 version, i32 storage type (not in version 1), u32 dimensions, i64 sides, i32 device type
and number, i32 element type, elements; u64 count of names (0 for a list), each a u64 length and
bytes.
"""

import math
import struct
from typing import Final

import numpy as np

from slipway_export.model import Array, ExportRefused

_MAGIC: Final = 0x112
_FIRST, _LATER = 0xF993FAC8, (0xF993FAC9, 0xF993FACA)
_TYPES: Final = ("<f4", "<f8", "<f2", "u1", "<i4", "i1", "<i8", "?")


class _Cursor:
    """A place in the file that moves as it is read."""

    def __init__(self, content: bytes) -> None:
        self._left = memoryview(content)

    def take(self, size: int) -> memoryview:
        """The next bytes; ExportRefused where there are fewer."""
        part, self._left = self._left[:size], self._left[size:]
        if len(part) != size:
            raise ExportRefused("an NDArray file ends early")
        return part

    def number(self, layout: str) -> int:
        """The next number, as `struct` describes it."""
        (value,) = struct.unpack(f"<{layout}", self.take(struct.calcsize(f"<{layout}")))
        return int(value)


def read_arrays(content: bytes) -> dict[str, Array]:
    """The arrays by name, or by number (`0`, `1` …) in a list; `arg:` and `aux:` are left out.

    They are views of `content`, read-only. Raises ExportRefused where it is no such file.
    """
    cursor = _Cursor(content)
    if (cursor.number("Q"), cursor.number("Q")) != (_MAGIC, 0):
        raise ExportRefused("an NDArray file does not begin with 0x112")
    arrays = [_array(cursor) for _ in range(cursor.number("Q"))]
    names = [_name(cursor) for _ in range(cursor.number("Q"))] or list(map(str, range(len(arrays))))
    if len(set(names)) != len(arrays):
        raise ExportRefused(f"an NDArray file has {len(arrays)} arrays, named {names}")
    return dict(zip(names, arrays, strict=True))


def _array(cursor: _Cursor) -> Array:
    version = cursor.number("I")
    if version != _FIRST and (version not in _LATER or cursor.number("i") != 0):
        raise ExportRefused("an array of an NDArray file is sparse or of an unknown version")
    dimensions = cursor.number("I")
    shape = struct.unpack(f"<{dimensions}q", cursor.take(8 * dimensions))
    cursor.take(8)  # the device
    kind = cursor.number("i")
    if not 0 <= kind < len(_TYPES) or any(side < 0 for side in shape):
        raise ExportRefused(
            f"an array of an NDArray file has the element type {kind}, unknown here"
        )
    element = np.dtype(_TYPES[kind])
    part = cursor.take(math.prod(shape) * element.itemsize)
    return np.frombuffer(part, element).reshape(shape)


def _name(cursor: _Cursor) -> str:
    name = bytes(cursor.take(cursor.number("Q"))).decode("utf-8", "replace")
    return name.removeprefix("arg:").removeprefix("aux:")
