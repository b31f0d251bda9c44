"""MXNet's NDArray files (`mx.nd.save`), read with numpy.

The format of MXNet's src/ndarray/ndarray.cc, all little-endian: u64 0x112, u64 0, u64 count, the
arrays; u64 count of names (0 for a list), each a u64 length and bytes. An array is u32 magic, i32
storage type (not in version 1), u32 dimensions, i64 sides, i32 device type, i32 device, i32 element
type, elements.
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
_MOST_DIMENSIONS = 32

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
    if magic != _VERSION_1 and cursor.numbers("i") != (0,):
        raise ValueError("an array of the NDArray file is sparse; save it dense")
    (dimensions,) = cursor.numbers("I")
    if dimensions > _MOST_DIMENSIONS:
        raise ValueError(f"an array of the NDArray file claims {dimensions} dimensions")
    shape = cursor.numbers(f"{dimensions}q")
    _, _, kind = cursor.numbers("iii")
    if kind not in _TYPES or min(shape, default=0) < 0:
        raise ValueError("an array of the NDArray file has an unknown type or shape")
    element = np.dtype(_TYPES[kind])
    return np.frombuffer(cursor.take(math.prod(shape) * element.itemsize), element).reshape(shape)


def _name(cursor: _Cursor) -> str:
    name = cursor.take(cursor.numbers("Q")[0]).decode()
    return name.removeprefix("arg:").removeprefix("aux:")
