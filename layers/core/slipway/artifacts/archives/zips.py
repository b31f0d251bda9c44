"""Zip files, read forward and believed only where their directory agrees (PKWARE APPNOTE 6.3).

Loaders find a zip's entries by the directory at its end, a stream passes the entries first. An
attack shows one to the scanner and the other to the loader. So every entry is read as it passes,
and at the end the directory must list exactly these entries, at these offsets, with these sizes,
methods and checksums, and nothing may lie before, between or after them. What torch, Keras, numpy
and MXNet write passes.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from slipway.artifacts.archives.reader import Damaged, Reader
from slipway.artifacts.archives.refusal import KIB

if TYPE_CHECKING:
    from collections.abc import Iterator

MAGIC: Final = b"PK\x03\x04"
_LOCAL: Final = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL: Final = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END: Final = struct.Struct("<4sHHHHIIH")
_DESCRIPTOR: Final = b"PK\x07\x08"
_LATER: Final = 0x0008  # sizes and checksum stand behind the data
_FLAGS: Final = 0x0800 | _LATER | 0x0006  # UTF-8 names; deflate's own options
_STORED: Final = 0
_DEFLATED: Final = 8
_FULL: Final = 0xFFFFFFFF
_NAME: Final = 1024
_ENTRIES: Final = 20_000
_ENTRY: Final = 20  # steps that one takes
_STEP: Final = 64 * KIB

_Row = tuple[str, int, int, int, int, int, int]


@dataclass(slots=True)
class Entry:
    """One entry as it passes: `reader` gives its contents once, forward."""

    name: str
    offset: int
    flags: int
    method: int
    packed: int = 0
    size: int = 0
    crc: int = 0
    reader: Reader = field(default_factory=lambda: Reader(lambda _: b""))

    @property
    def row(self) -> _Row:
        """What the directory must say about it."""
        return self.name, self.offset, self.flags, self.method, self.crc, self.packed, self.size


class Zip:
    """Iterate once, to the end, for the entries; Damaged where the zip contradicts itself."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._start = reader.position
        self._seen: list[_Row] = []
        self._names: set[str] = set()

    @property
    def _offset(self) -> int:
        return self._reader.position - self._start

    def __iter__(self) -> Iterator[Entry]:
        while self._reader.peek(4) == MAGIC:
            entry = self._header()
            contents = _Contents(self._reader, entry)
            entry.reader = Reader(contents.some, self._reader.effort)
            self._reader.effort.step(_ENTRY)
            yield entry
            while contents.some(_STEP):
                pass
            self._seen.append(entry.row)
        self._check_directory()

    def _header(self) -> Entry:
        offset = self._offset
        if len(self._seen) >= _ENTRIES:
            raise Damaged(f"it has more than {_ENTRIES} entries")
        (_, _, flags, method, _, _, crc, packed, size, names, extras) = _LOCAL.unpack(
            self._reader.read(_LOCAL.size)
        )
        name = self._name(names)
        extra = self._reader.read(extras)
        if flags & ~_FLAGS or method not in (_STORED, _DEFLATED):
            raise Damaged(f"its entry {name!r} is encrypted or packed in an unusual way")
        if name in self._names:
            raise Damaged(f"it has two entries named {name!r}")
        self._names.add(name)
        if _FULL in (packed, size):
            size, packed = _wide(extra, (size, packed))
        return Entry(name, offset, flags, method, packed, size, crc)

    def _name(self, length: int) -> str:
        if length > _NAME:
            raise Damaged("the name of an entry is too long")
        try:
            return self._reader.read(length).decode("utf-8")
        except UnicodeDecodeError:
            raise Damaged("the name of an entry is not UTF-8") from None

    def _check_directory(self) -> None:
        start = self._offset
        for seen in self._seen:
            if self._listed() != seen:
                raise Damaged(f"its directory does not list {seen[0]!r} as it is")
        size = self._offset - start
        if self._reader.peek(4) == b"PK\x06\x06":
            wide = self._reader.read(56)
            counts = struct.unpack_from("<QQQQ", wide, 24)
            self._reader.skip(20)
            if counts != (len(self._seen), len(self._seen), size, start):
                raise Damaged("its directory is not where it says")
        self._check_end(start, size)

    def _check_end(self, start: int, size: int) -> None:
        magic, disk, first, here, count, length, offset, comment = _END.unpack(
            self._reader.read(_END.size)
        )
        total = len(self._seen)
        if magic != b"PK\x05\x06" or disk or first or comment:
            raise Damaged("its directory is followed by something else")
        right = here == count and count in (total, 0xFFFF)
        if not right or length not in (size, _FULL) or offset not in (start, _FULL):
            raise Damaged("its directory is not where it says")
        if not self._reader.at_end():
            raise Damaged("bytes follow its end")

    def _listed(self) -> _Row:
        fields = _CENTRAL.unpack(self._reader.read(_CENTRAL.size))
        magic, _, _, flags, method, _, _, crc, packed, size, names, extras, notes = fields[:13]
        disk, _, _, offset = fields[13:]
        if magic != b"PK\x01\x02" or notes or disk:
            raise Damaged("its directory is malformed")
        name = self._name(names)
        extra = self._reader.read(extras)
        if _FULL in (size, packed, offset):
            size, packed, offset = _wide(extra, (size, packed, offset))
        return name, offset, flags, method, crc, packed, size


def _wide(extra: bytes, narrow: tuple[int, ...]) -> list[int]:
    """The numbers that stand in the zip64 extra field because they do not fit in 32 bits."""
    while len(extra) >= 4:
        tag, length = struct.unpack_from("<HH", extra)
        body, extra = extra[4 : 4 + length], extra[4 + length :]
        if tag == 1:
            words = iter(struct.unpack(f"<{len(body) // 8}Q", body[: len(body) // 8 * 8]))
            return [next(words, -1) if number == _FULL else number for number in narrow]
    return list(narrow)


def _left_over(inflate: zlib._Decompress) -> int:
    """How much of the last input was not used."""
    return len(inflate.unused_data if inflate.eof else inflate.unconsumed_tail)


class _Contents:
    """The contents of one entry, up to its size or to the descriptor behind it."""

    def __init__(self, reader: Reader, entry: Entry) -> None:
        self.reader = reader
        self.entry = entry
        self.crc = 0
        self.produced = 0
        self.start = reader.position
        self.inflate = None if entry.method == _STORED else zlib.decompressobj(-15)
        self.done = False

    def some(self, most: int) -> bytes:
        """The next bytes; nothing at the end, which checks size and checksum."""
        if self.done:
            return b""
        data = self._stored(most) if self.inflate is None else self._inflated(most)
        self.crc = zlib.crc32(data, self.crc)
        self.produced += len(data)
        self.reader.effort.unpack(len(data))
        if not data:
            self._finish()
        return data

    def _stored(self, most: int) -> bytes:
        if not self.entry.flags & _LATER:
            left = self.entry.packed - self.produced
            return self.reader.some(min(most, left)) if left else b""
        return self._to_descriptor(most)

    def _to_descriptor(self, most: int) -> bytes:
        """Bytes before the next candidate for the descriptor; nothing at the real one."""
        ahead = self.reader.peek(min(most, _STEP) + 3)
        found = ahead.find(_DESCRIPTOR)
        if found < 0:
            return self.reader.read(max(len(ahead) - 3, 0))
        if found:
            return self.reader.read(found)
        return b"" if self._descriptor() else self.reader.read(1)

    def _descriptor(self) -> int:
        """The length of the descriptor that comes next, 0 where the bytes are none."""
        ahead = self.reader.peek(24)
        packed = self.reader.position - self.start
        wanted = (self.crc, packed, self.produced)
        for layout in (struct.Struct("<4xIII"), struct.Struct("<4xIQQ")):
            fits = len(ahead) >= layout.size and ahead.startswith(_DESCRIPTOR)
            if fits and layout.unpack_from(ahead) == wanted:
                return layout.size
        return 0

    def _inflated(self, most: int) -> bytes:
        inflate, data = self.inflate, b""
        while not data and inflate and not inflate.eof:
            ahead = self.reader.peek(_STEP)
            if not ahead:
                raise Damaged("an entry ends too early")
            try:
                data = inflate.decompress(ahead, most)
            except zlib.error:
                raise Damaged("the compression of an entry is damaged") from None
            self.reader.skip(len(ahead) - _left_over(inflate))
        return data

    def _finish(self) -> None:
        self.done = True
        entry, packed = self.entry, self.reader.position - self.start
        if entry.flags & _LATER:
            length = self._descriptor()
            if not length or (entry.crc, entry.packed, entry.size) != (0, 0, 0):
                raise Damaged(f"the end of its entry {entry.name!r} is not marked")
            self.reader.skip(length)
            entry.crc, entry.packed, entry.size = self.crc, packed, self.produced
        if (entry.crc, entry.packed, entry.size) != (self.crc, packed, self.produced):
            raise Damaged(f"its entry {entry.name!r} contradicts its size or checksum")
