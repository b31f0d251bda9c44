"""The compressions that joblib reads, opened in bounded steps."""

from __future__ import annotations

import bz2
import lzma
import re
import zlib
from typing import TYPE_CHECKING, Final, Protocol

from slipway.artifacts.archives.lz4 import Lz4Frame
from slipway.artifacts.archives.reader import Damaged, Reader
from slipway.artifacts.archives.refusal import KIB, MIB

if TYPE_CHECKING:
    from collections.abc import Callable

_STEP: Final = 64 * KIB
_LZMA_MEMORY: Final = 36 * MIB  # xz -8; -9 would need 65 MiB


class _Stream(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


_ZFILE: Final = b"ZF"
_ZFILE_HEADER: Final = 21
_BZ2: Final = re.compile(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)")
_NEEDED: Final = 512
_SHORT: Final = ("zlib", "lzma", "zfile")
MAGIC: Final[tuple[tuple[str, bytes, Callable[[], _Stream]], ...]] = (
    ("gzip", b"\x1f\x8b", lambda: _Zlib(31)),
    ("bz2", b"BZ", bz2.BZ2Decompressor),
    ("xz", b"\xfd7zXZ\0", lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, _LZMA_MEMORY)),
    ("lzma", b"\x5d\0", lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE, _LZMA_MEMORY)),
    ("lz4", b"\x04\x22\x4d\x18", Lz4Frame),
    ("zlib", b"x\x01", lambda: _Zlib(15)),
    ("zlib", b"x\x5e", lambda: _Zlib(15)),
    ("zlib", b"x\x9c", lambda: _Zlib(15)),
    ("zlib", b"x\xda", lambda: _Zlib(15)),
    ("zfile", b"ZF", lambda: _Zlib(15)),
)


class _Zlib:
    """zlib with the interface that bz2 and lzma share."""

    def __init__(self, wbits: int) -> None:
        self._inner = zlib.decompressobj(wbits)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


def compression_of(head: bytes) -> str:
    """The name of the compression that a file begins with, or "".

    Two letters may begin anything, so that the bytes after them must open as well.
    """
    name = next((name for name, magic, _ in MAGIC if head.startswith(magic)), "")
    if name == "bz2":
        return name if _BZ2.match(head) else ""
    return "" if name in _SHORT and not _opens(head, name) else name


def compression_at(reader: Reader) -> str:
    """The name of the compression of what a reader holds, or ""."""
    return compression_of(reader.peek(_NEEDED))


def _opens(head: bytes, name: str) -> bool:
    body = head[_ZFILE_HEADER:].removeprefix(b" ") if name == "zfile" else head
    try:
        if name == "lzma":
            return bool(lzma.LZMADecompressor(lzma.FORMAT_ALONE).decompress(body, 1))
        return bool(zlib.decompressobj().decompress(body, 1))
    except (zlib.error, lzma.LZMAError):
        return False


def open_compressed(reader: Reader) -> Reader:
    """A reader over the contents; Damaged where they are damaged, bombs or followed by more."""
    head = reader.peek(8)
    stream = next(make for _, magic, make in MAGIC if head.startswith(magic))()
    if head.startswith(_ZFILE):
        _pass_zfile_header(reader)
    return Reader(_Opened(reader, stream).some, reader.effort)


def _pass_zfile_header(reader: Reader) -> None:
    """`ZF` and the length in hexadecimal digits, as joblib before 0.10 wrote it."""
    try:
        int(reader.read(_ZFILE_HEADER)[len(_ZFILE) :], 16)
    except ValueError:
        raise Damaged("its length is no number") from None
    if reader.peek(1) == b" ":
        reader.read(1)


class _Opened:
    def __init__(self, reader: Reader, stream: _Stream) -> None:
        self.reader = reader
        self.stream = stream

    def some(self, most: int) -> bytes:
        """The next bytes of the contents; nothing after its end."""
        while not self.stream.eof:
            try:
                out = self.stream.decompress(b"", most)
                if not out and not self.stream.eof:
                    out = self._feed(most)
            except (OSError, zlib.error, lzma.LZMAError) as error:
                raise Damaged(f"its compression is damaged: {error}") from None
            if out:
                return self._counted(out)
        if self.stream.unused_data or not self.reader.at_end():
            raise Damaged("bytes follow its compressed contents")
        return b""

    def _feed(self, most: int) -> bytes:
        data = self.reader.some(_STEP)
        if not data:
            raise Damaged("its compressed contents end too early")
        return self.stream.decompress(data, most)

    def _counted(self, out: bytes) -> bytes:
        self.reader.effort.unpack(len(out))
        return out
