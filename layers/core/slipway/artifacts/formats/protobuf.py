"""Protocol buffers, read forward field by field (encoding: protobuf.dev/programming-guides)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from slipway.artifacts.archives.reader import Damaged, Reader, reader_of
from slipway.artifacts.archives.refusal import KIB

if TYPE_CHECKING:
    from collections.abc import Iterator

_TEXT: Final = 64 * KIB
_NUMBERS: Final = 4 * KIB
_FIXED: Final = {1: 8, 5: 4}


@dataclass(frozen=True, slots=True)
class Field:
    """A field: its number, its value where it is a varint, its size where it has a length."""

    number: int
    value: int
    size: int
    reader: Reader

    def bytes(self) -> bytes:
        """The contents of a field with a length; Damaged where it is too long to hold."""
        if self.size > _TEXT:
            raise Damaged(f"field {self.number} is longer than expected")
        return self.reader.read(self.size)

    def text(self) -> str:
        """The contents as text."""
        return self.bytes().decode("utf-8", "replace")

    def fields(self) -> Iterator[Field]:
        """The fields of a message inside; read them before moving on."""
        return fields(self.reader, self.size)


def fields(reader: Reader, size: int | None = None) -> Iterator[Field]:
    """The fields of a message of `size` bytes, or up to the end; what is not read is skipped."""
    end = None if size is None else reader.position + size
    while (reader.position < end) if end is not None else not reader.at_end():
        key = _varint(reader)
        number, wire = key >> 3, key & 7
        if not number:
            raise Damaged("a field has no number")
        if wire == 0:
            yield Field(number, _varint(reader), 0, reader)
            continue
        length = _varint(reader) if wire == 2 else _FIXED.get(wire, -1)
        if length < 0 or (end is not None and reader.position + length > end):
            raise Damaged("a field reaches out of its message")
        after = reader.position + length
        yield Field(number, 0, length, reader)
        reader.skip(after - reader.position)


def fields_of(data: bytes) -> Iterator[Field]:
    """The fields of a message in memory."""
    return fields(reader_of(data), len(data))


def _varint(reader: Reader) -> int:
    value = 0
    for shift in range(0, 70, 7):
        byte = reader.read(1)[0]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value
    raise Damaged("a number is too long")


def whole_numbers(field: Field) -> list[int]:
    """The int64s of a repeated field, packed or one by one; none of more than anybody reads."""
    if not field.size:
        return [signed(field.value)]
    if field.size > _NUMBERS:
        return []
    reader, found = reader_of(field.bytes()), []
    while not reader.at_end():
        found.append(signed(_varint(reader)))
    return found


def signed(value: int) -> int:
    """A varint as the int64 it stands for."""
    return value - (1 << 64) if value >> 63 else value
