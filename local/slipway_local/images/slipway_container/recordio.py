"""RecordIO frames of SageMaker's `aialgs.data.Record` protobuf, read without protobuf.

A frame is the magic number, the length (both little-endian uint32) and the record, padded to four
bytes. Of a record this reads features["values"]: field 1 of Record is a map of name (1) to Value
(2); a Value holds a Float32Tensor (2), Float64Tensor (3) or Int32Tensor (7); a tensor holds packed
values (1), keys (2, where sparse) and shape (3).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_MAGIC = 0xCED7230A
_FLOATS = {2: "<f4", 3: "<f8"}
_INT32 = 7
_MOST_VARINT_BYTES = 10

Fields = dict[int, bytes]


@dataclass(frozen=True, slots=True)
class Row:
    """One record's features: all of them, or those at `keys` of `width` features."""

    values: NDArray[np.float32]
    keys: NDArray[np.int64] | None
    width: int


def read_records(body: bytes) -> list[Row]:
    """The records' rows; ValueError where the body is malformed or empty."""
    rows = [_row(record) for record in _frames(body)]
    if not rows:
        raise ValueError("No records found in RecordIO-Protobuf data")
    return rows


def _frames(body: bytes) -> Iterator[bytes]:
    offset = 0
    while offset < len(body):
        magic, length = struct.unpack_from("<II", body.ljust(offset + 8, b"\0"), offset)
        start, end = offset + 8, offset + 8 + length
        if magic != _MAGIC or end > len(body):
            raise ValueError(f"malformed record at offset {offset}")
        yield body[start:end]
        offset = end + -length % 4


def _row(record: bytes) -> Row:
    for number, entry in _fields(record):
        pair = dict(_fields(entry)) if number == 1 else {}
        if pair.get(1) == b"values":
            return _tensor(pair.get(2, b""))
    raise ValueError("a record has no features named 'values'")


def _tensor(value: bytes) -> Row:
    for number, content in _fields(value):
        tensor = dict(_fields(content))
        packed = tensor.get(1, b"")
        if number in _FLOATS:
            values = np.frombuffer(packed, _FLOATS[number]).astype(np.float32)
        elif number == _INT32:
            signed = np.array(list(_varints(packed)), dtype=np.uint64).astype(np.int32)
            values = signed.astype(np.float32)
        else:
            continue
        return _dense_or_sparse(values, tensor)
    raise ValueError("a record's features are no numeric tensor")


def _dense_or_sparse(values: NDArray[np.float32], tensor: Fields) -> Row:
    keys = np.array(list(_varints(tensor.get(2, b""))), dtype=np.int64)
    shape = list(_varints(tensor.get(3, b"")))
    if not keys.size and (values.size or not shape):
        return Row(values, None, values.size)
    if keys.size != values.size:
        raise ValueError("a sparse record has not as many keys as values")
    return Row(values, keys, shape[0] if shape else int(keys.max()) + 1)


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """A protobuf message's length-delimited fields, by number; plain numbers are passed over."""
    position = 0
    while position < len(message):
        tag, position = _varint(message, position)
        if tag & 7 == 0:
            _, position = _varint(message, position)
            continue
        if tag & 7 != 2:
            raise ValueError("a record's field has an unknown form")
        length, position = _varint(message, position)
        if position + length > len(message):
            raise ValueError("a record ends before its fields do")
        yield tag >> 3, message[position : position + length]
        position += length


def _varints(packed: bytes) -> Iterator[int]:
    position = 0
    while position < len(packed):
        value, position = _varint(packed, position)
        yield value


def _varint(message: bytes, position: int) -> tuple[int, int]:
    value = 0
    for place, byte in enumerate(message[position : position + _MOST_VARINT_BYTES]):
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value, position + place + 1
    raise ValueError("a record ends inside a number")
