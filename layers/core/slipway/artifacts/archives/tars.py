"""Tars within files: each member is read, since old torch and others load what lies in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slipway.artifacts.archives.reader import Damaged, Reader
from slipway.artifacts.archives.refusal import KIB, ArchiveRefused
from slipway.artifacts.archives.tar import BLOCK, FILE_TYPES, parse_header, parse_pax

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LONG: Final = (b"L", b"K")  # GNU's long names
_PAX: Final = (b"x", b"g")
_SIGNED: Final = 127
_LONGEST: Final = 64 * KIB
_MEMBER: Final = 20  # steps that one takes


def is_tar(head: bytes) -> bool:
    """Whether a file begins with a header whose checksum is right, which is all tarfile asks."""
    block = head[:BLOCK]
    digits = block[148:156].partition(b"\0")[0].strip()
    if len(block) < BLOCK or not any(block) or digits.strip(b"01234567"):
        return False
    rest = block[:148] + block[156:]
    low = sum(byte - 256 if byte > _SIGNED else byte for byte in rest)
    return int(digits or b"0", 8) - 256 in (sum(rest), low)


def members(reader: Reader) -> Iterator[tuple[str, Reader]]:
    """The regular files; Damaged where two readers could see two different tars."""
    while reader.peek(BLOCK).strip(b"\0"):
        reader.effort.step(_MEMBER)
        try:
            header = parse_header(reader.read(BLOCK), reader.position)
            if header.type in _PAX and parse_pax(_extension(reader, header.size), header).get(
                "size"
            ):
                raise Damaged("a member's size is written twice")
        except ArchiveRefused as refusal:
            raise Damaged(f"it is a damaged tar: {refusal.sentence}") from None
        end = reader.position + header.size * (header.type not in _PAX)
        if header.type in FILE_TYPES:
            yield header.shown, Reader(_window(reader, end), reader.effort)
        elif header.size and header.type not in (*_LONG, *_PAX):
            raise Damaged("a member that is no file has contents")
        reader.skip(end - reader.position + header.padding)


def _extension(reader: Reader, size: int) -> bytes:
    if size > _LONGEST:
        raise Damaged("an extension header is too long")
    return reader.read(size)


def _window(reader: Reader, end: int) -> Callable[[int], bytes]:
    def some(most: int) -> bytes:
        left = end - reader.position
        return reader.some(min(most, left)) if left else b""

    return some
