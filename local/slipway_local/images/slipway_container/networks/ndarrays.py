"""MXNet's NDArray files (`mx.nd.save`), read with numpy.

The format of MXNet's src/ndarray/ndarray.cc, all little-endian: u64 0x112, u64 0, u64 count, the
arrays; u64 count of names (0 for a list), each a u64 length and bytes. An array is u32 magic, i32
storage type (not in version 1), shape (u32 dimensions, i64 sides), i32 device type, i32 device, i32
element type, elements. Where the storage type is 1, only some rows are there (a row_sparse array):
their shape stands before the array's, and their numbers behind the element type as i32 type and
shape, and as elements behind the rows.
"""

import math
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MAGIC = 0x112
_VERSION_1, _VERSION_2, _VERSION_3 = 0xF993FAC8, 0xF993FAC9, 0xF993FACA
_TYPES = {0: "<f4", 1: "<f8", 2: "<f2", 3: "u1", 4: "<i4", 5: "i1", 6: "<i8"}
_DENSE, _ROWS = 0, 1
_MOST_DIMENSIONS = 32
_MOST_ELEMENTS = 1 << 30

Array = NDArray[Any]


def read_arrays(content: bytes) -> dict[str, Array]:
    """The arrays by name, or by their number (`0`, `1` …) in a list without names.

    Prefixes `arg:` and `aux:` are left out. Raises ValueError where it is no such file.
    """
    try:
        return _read(_Cursor(content))
    except struct.error as error:
        raise ValueError(f"the NDArray file ends early: {error}") from error


def read_file(path: Path) -> dict[str, Array]:
    """As `read_arrays`, of a file."""
    return read_arrays(path.read_bytes())


class _Cursor:
    """A place in the file that moves as it is read."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._offset = 0

    def numbers(self, layout: str) -> tuple[int, ...]:
        """Little-endian numbers, as `struct` describes them."""
        values = struct.unpack_from(f"<{layout}", self._content, self._offset)
        self._offset += struct.calcsize(f"<{layout}")
        return values

    def take(self, size: int) -> bytes:
        """The next bytes."""
        part = self._content[self._offset : self._offset + size]
        if len(part) < size:
            raise ValueError("the NDArray file ends early")
        self._offset += size
        return part


def _read(cursor: _Cursor) -> dict[str, Array]:
    magic, _, count = cursor.numbers("QQQ")
    if magic != _MAGIC:
        raise ValueError("it is no NDArray file: it does not begin with 0x112")
    arrays = [_array(cursor) for _ in range(count)]
    names = [_name(cursor) for _ in range(cursor.numbers("Q")[0])]
    return dict(zip(names or map(str, range(count)), arrays, strict=True))


def _array(cursor: _Cursor) -> Array:
    (magic,) = cursor.numbers("I")
    if magic not in (_VERSION_1, _VERSION_2, _VERSION_3):
        raise ValueError("an array of the NDArray file has an unknown version")
    (storage,) = cursor.numbers("i") if magic != _VERSION_1 else (_DENSE,)
    if storage == _DENSE:
        shape = _shape(cursor)
        return _elements(cursor, _element(cursor), shape)
    if storage == _ROWS:
        return _scattered(cursor)
    raise ValueError("an array of the NDArray file is sparse in columns; save it dense")


def _scattered(cursor: _Cursor) -> Array:
    """A dense array of one that holds some of its rows."""
    held, shape = _shape(cursor), _shape(cursor)
    if held[1:] != shape[1:] or not shape or math.prod(shape) > _MOST_ELEMENTS:
        raise ValueError("an array of the NDArray file holds rows of another shape than its own")
    element = _element(cursor)
    (kind,) = cursor.numbers("i")
    numbers = _dtype(kind), _shape(cursor)
    rows = _elements(cursor, element, held)
    places = _elements(cursor, *numbers)
    if places.shape != held[:1] or not ((places >= 0) & (places < shape[0])).all():
        raise ValueError("an array of the NDArray file holds rows that it does not have")
    array = np.zeros(shape, element)
    array[places.astype(np.int64)] = rows
    return array


def _shape(cursor: _Cursor) -> tuple[int, ...]:
    (dimensions,) = cursor.numbers("I")
    if dimensions > _MOST_DIMENSIONS:
        raise ValueError(f"an array of the NDArray file claims {dimensions} dimensions")
    shape = cursor.numbers(f"{dimensions}q")
    if min(shape, default=0) < 0:
        raise ValueError("an array of the NDArray file has an unknown type or shape")
    return shape


def _element(cursor: _Cursor) -> np.dtype[Any]:
    _, _, kind = cursor.numbers("iii")
    return _dtype(kind)


def _dtype(kind: int) -> np.dtype[Any]:
    if kind not in _TYPES:
        raise ValueError("an array of the NDArray file has an unknown type or shape")
    return np.dtype(_TYPES[kind])


def _elements(cursor: _Cursor, element: np.dtype[Any], shape: tuple[int, ...]) -> Array:
    return np.frombuffer(cursor.take(math.prod(shape) * element.itemsize), element).reshape(shape)


def _name(cursor: _Cursor) -> str:
    name = cursor.take(cursor.numbers("Q")[0]).decode()
    return name.removeprefix("arg:").removeprefix("aux:")
