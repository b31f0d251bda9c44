"""The compressions that joblib writes, opened in bounded steps."""

from __future__ import annotations

import bz2
import lzma
import zlib
from typing import TYPE_CHECKING, Final, Protocol

from slipway.artifacts.lz4 import Lz4Frame
from slipway.artifacts.reader import Damaged, Reader
from slipway.artifacts.refusal import KIB, MIB

if TYPE_CHECKING:
    from collections.abc import Callable

_STEP: Final = 64 * KIB
_RATIO: Final = 250
_FLOOR: Final = 64 * MIB
_LZMA_MEMORY: Final = 36 * MIB  # xz -8; -9 would need 65 MiB


class _Stream(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


MAGIC: Final[tuple[tuple[str, bytes, Callable[[], _Stream]], ...]] = (
    ("gzip", b"\x1f\x8b", lambda: _Zlib(31)),
    ("bz2", b"BZh", bz2.BZ2Decompressor),
    ("xz", b"\xfd7zXZ\0", lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, _LZMA_MEMORY)),
    ("lzma", b"\x5d\0\0", lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE, _LZMA_MEMORY)),
    ("lz4", b"\x04\x22\x4d\x18", Lz4Frame),
    ("zlib", b"x\x01", lambda: _Zlib(15)),
    ("zlib", b"x\x5e", lambda: _Zlib(15)),
    ("zlib", b"x\x9c", lambda: _Zlib(15)),
    ("zlib", b"x\xda", lambda: _Zlib(15)),
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
    """The name of the compression that a file begins with, or ""."""
    return next((name for name, magic, _ in MAGIC if head.startswith(magic)), "")


def open_compressed(reader: Reader) -> Reader:
    """A reader over the contents; Damaged where they are damaged, bombs or followed by more."""
    head = reader.peek(8)
    stream = next(make for _, magic, make in MAGIC if head.startswith(magic))()
    return Reader(_Opened(reader, stream).some)


class _Opened:
    def __init__(self, reader: Reader, stream: _Stream) -> None:
        self.reader = reader
        self.stream = stream
        self.start = reader.position
        self.produced = 0

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
        self.produced += len(out)
        if self.produced > max(_FLOOR, _RATIO * (self.reader.position - self.start)):
            raise Damaged("it expands as an archive bomb does")
        return out
