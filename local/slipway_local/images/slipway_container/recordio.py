"""RecordIO frames of SageMaker's `aialgs.data.Record` protobuf, read without protobuf.

A frame is the magic number, the length (both little-endian uint32) and the record, padded to four
bytes. Of a record this reads features["values"]: field 1 of Record is a map of name (1) to Value
(2); a Value holds a Float32Tensor (2), Float64Tensor (3) or Int32Tensor (7); a tensor holds packed
values (1), keys (2, where sparse) and shape (3).
"""

import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack  # type: ignore[import-untyped]  # the image has it

_MAGIC = 0xCED7230A
_TENSORS = {2: "<f4", 3: "<f8"}
_INT32_TENSOR = 7

Fields = dict[int, list[bytes | int]]
Row = Any  # a numpy array, or a csr_matrix, for which scipy has no types


def read_records(body: bytes) -> Row:
    """A dense array, or a sparse matrix where any record is sparse. ValueError where malformed."""
    rows = [_row(record) for record in _frames(body)]
    if not rows:
        raise ValueError("No records found in RecordIO-Protobuf data")
    if any(isinstance(row, csr_matrix) for row in rows):
        return vstack(rows).tocsr()
    return np.vstack(rows)


def _frames(body: bytes) -> Iterator[bytes]:
    offset = 0
    while offset + 8 <= len(body):
        magic, length = struct.unpack_from("<II", body, offset)
        start, end = offset + 8, offset + 8 + length
        if magic != _MAGIC or end > len(body):
            raise ValueError(f"malformed record at offset {offset}")
        yield body[start:end]
        offset = end + -length % 4


def _row(record: bytes) -> Row:
    for entry in _fields(record).get(1, []):
        name, value = (_last(_fields(_bytes(entry)), number) for number in (1, 2))
        if name == b"values":
            return _tensor(_fields(_bytes(value)))
    raise ValueError("a record has no features named 'values'")


def _tensor(value: Fields) -> Row:
    for number, content in value.items():
        tensor = _fields(_bytes(content[-1]))
        if number in _TENSORS:
            packed = _bytes(_last(tensor, 1))
            values = np.frombuffer(packed, _TENSORS[number]).astype(np.float32)
        elif number == _INT32_TENSOR:
            numbers = list(_varints(_bytes(_last(tensor, 1))))
            values = np.array(numbers, dtype=np.uint64).astype(np.int32).astype(np.float32)
        else:
            continue
        return _dense_or_sparse(values, tensor)
    raise ValueError("a record's features are no numeric tensor")


def _dense_or_sparse(values: NDArray[np.float32], tensor: Fields) -> Row:
    keys = list(_varints(_bytes(_last(tensor, 2))))
    shape = list(_varints(_bytes(_last(tensor, 3))))
    if not keys and (values.size or not shape):
        return values.reshape(1, -1)
    width = shape[0] if shape else max(keys) + 1
    return csr_matrix((values, keys, [0, len(keys)]), shape=(1, width))


def _last(fields: Fields, number: int) -> bytes | int:
    return fields.get(number, [b""])[-1]


def _bytes(value: bytes | int) -> bytes:
    if isinstance(value, int):
        raise ValueError("a record's field has the wrong type")  # noqa: TRY004 - bytes are at fault
    return value


def _fields(message: bytes) -> Fields:
    """The fields of a protobuf message; repeated unpacked numbers do not occur here."""
    fields: Fields = {}
    position = 0
    while position < len(message):
        tag, position = _varint(message, position)
        match tag & 7:
            case 0:
                number, position = _varint(message, position)
                fields.setdefault(tag >> 3, []).append(number)
            case 2:
                length, position = _varint(message, position)
                if position + length > len(message):
                    raise ValueError("a record ends before its fields do")
                fields.setdefault(tag >> 3, []).append(message[position : position + length])
                position += length
            case _:
                raise ValueError("a record's field has an unknown form")
    return fields


def _varints(packed: bytes) -> Iterator[int]:
    position = 0
    while position < len(packed):
        value, position = _varint(packed, position)
        yield value


def _varint(message: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while position < len(message):
        byte = message[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
    raise ValueError("a record ends inside a number")
