"""A strict, streaming reader of model.tar.gz: constant memory, nothing extracted.

    chunks ──► Gunzip ──► headers, names, types checked ──► Entry.read … ──► next Entry
                                                             (the rest of an entry is
                                                              hashed when moving on)

It accepts less than tar does, on purpose: what two readers could read differently is refused.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from slipway.artifacts.archives.gunzip import GZIP, Gunzip
from slipway.artifacts.archives.mistaken import what_else
from slipway.artifacts.archives.refusal import KIB, RULES, ArchiveRefused, Limits
from slipway.artifacts.archives.tar import (
    BLOCK,
    FOLDER_TYPE,
    Header,
    check_type,
    clean_name,
    is_header,
    parse_header,
    parse_pax,
    refused,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_DRAIN = 256 * KIB


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive: its clean relative name, size in bytes and sha256 (hexadecimal)."""

    name: str
    size: int
    sha256: str


class Entry:
    """A file of the archive while it passes by: readable once, forward."""

    def __init__(self, name: str, header: Header, source: Gunzip) -> None:
        self.name = name
        self.size = header.size
        self.offset = header.offset
        self._source = source
        self._digest = hashlib.sha256()
        self.position = 0

    def some(self, most: int = _DRAIN) -> memoryview:
        """At least 1 and at most `most` bytes; empty only at the end of the file."""
        wanted = min(most, self.size - self.position)
        if not wanted:
            return memoryview(b"")
        part = self._source.some(wanted)
        if not part:
            raise ArchiveRefused("truncated", member=self.name, offset=self._source.offset)
        self._digest.update(part)
        self.position += len(part)
        return part

    def read(self, count: int) -> bytes:
        """`count` bytes, or fewer at the end of the file."""
        parts = []
        while count > 0 and (part := self.some(count)):
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def finish(self) -> Member:
        """Pass over the rest of the file and say what it was."""
        while self.some():
            pass
        return Member(self.name, self.size, self._digest.hexdigest())


class Archive:
    """The files of one model.tar.gz in their order; iterate once, to the end.

    `sha256`, `size` (of the compressed archive), `unpacked` and `members` are complete when the
    iteration has ended. Raises ArchiveRefused, naming member, offset, rule and limit.
    """

    def __init__(self, chunks: Iterable[bytes], limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._source = Gunzip(chunks, self._limits)
        self._names = _Names(self._limits.names)
        self._headers = 0
        self.members: list[Member] = []

    @property
    def sha256(self) -> str:
        """Digest of the compressed archive."""
        return self._source.sha256

    @property
    def size(self) -> int:
        """Bytes of the compressed archive."""
        return self._source.size

    @property
    def unpacked(self) -> int:
        """Bytes of the files."""
        return sum(member.size for member in self.members)

    def __iter__(self) -> Iterator[Entry]:
        while (header := self._next_header()) is not None:
            name = clean_name(header, self._limits.name)
            self._names.add(name, header)
            if header.type != FOLDER_TYPE:
                entry = Entry(name, header, self._source)
                yield entry
                self.members.append(entry.finish())
                self._skip_padding(header)
        self._check_end()

    def _next_header(self) -> Header | None:
        """The next file or folder, with its extension headers applied; None at the end marker."""
        pax: dict[str, str] = {}
        long_name = b""
        while (header := self._read_header()) is not None:
            if header.type == b"x" and not pax and not long_name:
                pax = parse_pax(self._extension(header), header)
            elif header.type == b"L" and not pax and not long_name:
                long_name = self._extension(header).removesuffix(b"\0")
            elif header.type == b"g" and not pax and not long_name:
                if parse_pax(self._extension(header), header):
                    raise refused("extension-field", header)
            else:
                check_type(header)
                return _extended(header, pax, long_name)
        if pax or long_name:
            raise ArchiveRefused("truncated", offset=self._source.offset)
        return None

    def _read_header(self) -> Header | None:
        offset = self._source.offset
        block = self._source.exactly(BLOCK) if self._headers else self._first_block()
        if not any(block):
            return None
        self._headers += 1
        if self._headers > self._limits.members:
            raise ArchiveRefused("member-count", offset=offset, limit=self._limits.members)
        return parse_header(block, offset)

    def _first_block(self) -> bytes:
        """The block that a tar begins with, or a refusal that names what was compressed instead."""
        block = b""
        while len(block) < BLOCK and (part := self._source.some(BLOCK - len(block))):
            block += part
        if len(block) == BLOCK and is_header(block):
            return block
        rule, detail = what_else(block)
        if block.startswith(GZIP):
            raise ArchiveRefused("gzip-twice")
        raise ArchiveRefused("gzip-of-file", detail=detail or RULES[rule][0])

    def _extension(self, header: Header) -> bytes:
        limit = self._limits.extension
        if header.size > limit:
            raise refused("extension-size", header, limit)
        body = self._source.exactly(header.size, header.shown)
        self._skip_padding(header)
        return body

    def _skip_padding(self, header: Header) -> None:
        self._source.exactly(header.padding, header.shown)

    def _check_end(self) -> None:
        """A second zero block, then zeros only, then the end of the gzip stream."""
        if any(self._source.exactly(BLOCK)):
            raise ArchiveRefused("end-marker", offset=self._source.offset - BLOCK)
        while rest := self._source.some(_DRAIN):
            if any(rest):
                raise ArchiveRefused("end-marker", offset=self._source.offset - len(rest))
        self._source.finish()
        if not self.members:
            raise ArchiveRefused("empty", offset=self._source.offset)


def _extended(header: Header, pax: dict[str, str], long_name: bytes) -> Header:
    """The header with the name and size that its extension headers give it."""
    name = pax["path"].encode() if "path" in pax else long_name or header.name
    size = pax.get("size", str(header.size))
    if not (size.isascii() and size.isdigit()) or header.size not in (0, int(size)):
        raise refused("extension-field", header)
    return replace(header, name=name, size=int(size))


class _Names:
    """The names seen, compared as a case-folding, accent-composing file system would."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._length = 0
        self._seen: dict[str, tuple[str, bool]] = {}

    def add(self, name: str, header: Header) -> None:
        """Take one name with the folders above it; ArchiveRefused where it meets another."""
        folder = header.type == FOLDER_TYPE
        parts = name.split("/")
        for depth in range(1, len(parts)):
            self._add("/".join(parts[:depth]), header, folder=True)
        if not self._add(name, header, folder=folder) and not folder:
            raise refused("duplicate-name", header)

    def _add(self, name: str, header: Header, *, folder: bool) -> bool:
        """Whether the name is new."""
        key = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
        if key not in self._seen:
            self._length += len(name)
            if self._length > self._limit:
                raise refused("names-size", header, self._limit)
            self._seen[key] = (name, folder)
            return True
        before, was_folder = self._seen[key]
        if before != name:
            raise refused("case-duplicate", header)
        if was_folder != folder:
            raise refused("file-and-folder", header)
        return False
