"""Tar headers, read strictly (POSIX.1-2001 pax, ustar, GNU and v7 forms)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from slipway.artifacts.archives.refusal import ArchiveRefused

BLOCK = 512
FILE_TYPES = frozenset((b"0", b"\0"))
FOLDER_TYPE = b"5"
_LINKS = frozenset((b"1", b"2", b"K"))
_DEVICES = frozenset((b"3", b"4", b"6"))
_SPARSE = frozenset((b"S", b"D", b"M"))
_GNU_MAGIC = b"ustar  \0"
_POSIX_MAGIC = b"ustar\x0000"
_V7_MAGIC = bytes(8)
_PART = 255
_DEPTH = 32


@dataclass(frozen=True, slots=True)
class Header:
    """One header block: the name as written, the size of what follows, the type flag."""

    name: bytes
    size: int
    type: bytes
    offset: int

    @property
    def shown(self) -> str:
        """The name as it can be printed."""
        return self.name.decode("utf-8", "backslashreplace")

    @property
    def padding(self) -> int:
        """Bytes after the contents, up to the next block."""
        return -self.size % BLOCK


def parse_header(block: bytes, offset: int) -> Header:
    """Read one 512-byte header; ArchiveRefused where a field is not canonical."""
    name = block[:100].split(b"\0", 1)[0]
    header = Header(name, 0, block[156:157], offset)
    if _number(block[148:156], header) != _checksum(block):
        raise refused("header-checksum", header)
    return Header(_full_name(block, header), _number(block[124:136], header), header.type, offset)


def is_header(block: bytes) -> bool:
    """Whether a block is meant as a header or as the end marker; it may still be a damaged one."""
    declared = block[148:156].strip(b" \0")
    octal = bool(declared) and not declared.strip(b"01234567")
    return block[257:262] == b"ustar" or octal or not any(block)


def _checksum(block: bytes) -> int:
    return sum(block[:148]) + 256 + sum(block[156:])


def check_type(header: Header) -> None:
    """Only regular files and folders; everything else is refused by its own name."""
    kind = header.type
    if kind in _LINKS:
        raise refused("link", header)
    if kind in _DEVICES:
        raise refused("device", header)
    if kind in _SPARSE:
        raise refused("sparse", header)
    if kind not in FILE_TYPES and kind != FOLDER_TYPE:
        raise refused("member-type", header)
    if kind == FOLDER_TYPE and header.size:
        raise refused("header-field", header)


def parse_pax(body: bytes, header: Header) -> dict[str, str]:
    """The records `LENGTH KEY=VALUE\\n` of a pax extension header."""
    records: dict[str, str] = {}
    while body:
        digits, space, _ = body[:8].partition(b" ")
        length = int(digits) if digits.isdigit() and space else 0
        record, body = body[len(digits) + 1 : length], body[length:]
        key, equals, value = record.partition(b"=")
        if not equals or not record.endswith(b"\n") or len(record) + len(digits) + 1 != length:
            raise refused("extension-field", header)
        _keep(records, key, value[:-1], header)
    return records


def _keep(records: dict[str, str], key: bytes, value: bytes, header: Header) -> None:
    if key.startswith(b"GNU.sparse"):
        raise refused("sparse", header)
    if key == b"linkpath":
        raise refused("link", header)
    if key not in (b"path", b"size", b"hdrcharset"):
        return
    name = key.decode()
    if name in records or name == "hdrcharset" or b"\0" in value:
        raise refused("extension-field", header)
    try:
        records[name] = value.decode("utf-8")
    except UnicodeDecodeError:
        raise refused("name-encoding", header) from None


def clean_name(header: Header, limit: int) -> str:
    """A relative name without tricks ("" for the root folder); ArchiveRefused otherwise."""
    try:
        name = header.name.decode("utf-8")
    except UnicodeDecodeError:
        raise refused("name-encoding", header) from None
    if len(header.name) > limit:
        raise refused("name-length", header, limit)
    if name.startswith("/"):
        raise refused("absolute-name", header)
    if header.type == FOLDER_TYPE:
        name = name.removesuffix("/")
        if name == ".":
            return ""
    name = name.removeprefix("./")
    _check_parts(name, header)
    return name


def _check_parts(name: str, header: Header) -> None:
    parts = name.split("/")
    if ".." in parts:
        raise refused("parent-name", header)
    unclean = "" in parts or "." in parts or "\\" in name
    if unclean or any(unicodedata.category(letter) in ("Cc", "Cf", "Cs") for letter in name):
        raise refused("unclean-name", header)
    if max(len(part.encode()) for part in parts) > _PART:
        raise refused("name-length", header, _PART)
    if len(parts) > _DEPTH:
        raise refused("name-depth", header, _DEPTH)


def _full_name(block: bytes, header: Header) -> bytes:
    magic, prefix = block[257:265], block[345:500].split(b"\0", 1)[0]
    if magic == _POSIX_MAGIC:
        return prefix + b"/" + header.name if prefix else header.name
    if magic not in (_GNU_MAGIC, _V7_MAGIC) or prefix:
        raise refused("header-field", header)
    return header.name


def _number(field: bytes, header: Header) -> int:
    """An octal number, or GNU's base-256 where the first byte is 0x80."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b" \0")
    if not digits.isdigit() or digits.strip(b"01234567"):
        raise refused("header-field", header)
    return int(digits, 8)


def refused(rule: str, header: Header, limit: int | None = None) -> ArchiveRefused:
    return ArchiveRefused(rule, member=header.shown, offset=header.offset, limit=limit)
