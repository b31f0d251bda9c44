"""MXNet's NDArray files with their elements, as numpy arrays.

The format of MXNet's src/ndarray/ndarray.cc, little-endian: u64 0x112, u64 0, u64 count; for each
array u32 version, i32 storage type (not in version 1), u32 dimensions, i64 sides, i32 device type
and number, i32 element type, elements; u64 count of names (0 for a list), each a u64 length and
bytes. Where the storage type is 1, only some rows are there: their shape stands before the array's,
the type and shape of their numbers behind the element type, and the numbers behind the rows.
"""

import math
import struct
from typing import Any, Final

import numpy as np

from slipway_export.model import Array, ExportRefused

_MAGIC: Final = 0x112
_FIRST, _LATER = 0xF993FAC8, (0xF993FAC9, 0xF993FACA)
_DENSE, _ROWS = 0, 1  # storage types
_MOST_ELEMENTS: Final = 1 << 28
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
    storage = cursor.number("i") if version in _LATER else _DENSE
    if version not in (_FIRST, *_LATER) or storage not in (_DENSE, _ROWS):
        raise ExportRefused(
            "an array of an NDArray file is sparse in columns or of an unknown version"
        )
    if storage == _ROWS:
        return _scattered(cursor)
    shape = _shape(cursor)
    cursor.take(8)  # the device
    return _elements(cursor, _element(cursor), shape)


def _scattered(cursor: _Cursor) -> Array:
    """A dense array of one that holds some of its rows, and their numbers."""
    held, shape = _shape(cursor), _shape(cursor)
    if not shape or held[1:] != shape[1:] or math.prod(shape) > _MOST_ELEMENTS:
        raise ExportRefused("an array of an NDArray file holds rows of another shape than its own")
    cursor.take(8)  # the device
    element = _element(cursor)
    numbers = _element(cursor), _shape(cursor)
    rows = _elements(cursor, element, held)
    places = _elements(cursor, *numbers)
    if places.shape != held[:1] or not ((places >= 0) & (places < shape[0])).all():
        raise ExportRefused("an array of an NDArray file holds rows that it does not have")
    array = np.zeros(shape, element)
    array[places.astype(np.int64)] = rows
    return array


def _shape(cursor: _Cursor) -> tuple[int, ...]:
    dimensions = cursor.number("I")
    shape = struct.unpack(f"<{dimensions}q", cursor.take(8 * dimensions))
    if any(side < 0 for side in shape):
        raise ExportRefused("an array of an NDArray file has a negative side")
    return shape


def _element(cursor: _Cursor) -> np.dtype[Any]:
    kind = cursor.number("i")
    if not 0 <= kind < len(_TYPES):
        raise ExportRefused(
            f"an array of an NDArray file has the element type {kind}, unknown here"
        )
    return np.dtype(_TYPES[kind])


def _elements(cursor: _Cursor, element: np.dtype[Any], shape: tuple[int, ...]) -> Array:
    part = cursor.take(math.prod(shape) * element.itemsize)
    return np.frombuffer(part, element).reshape(shape)


def _name(cursor: _Cursor) -> str:
    name = bytes(cursor.take(cursor.number("Q"))).decode("utf-8", "replace")
    return name.removeprefix("arg:").removeprefix("aux:")
