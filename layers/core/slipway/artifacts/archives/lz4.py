"""LZ4 frames, decompressed in pure Python with a bounded window (lz4_Frame_format.md 1.6).

joblib offers LZ4 and the standard library does not have it. Checksums are not verified: what
matters here is to see the bytes that a loader would see.
"""

from __future__ import annotations

from typing import Final

from slipway.artifacts.archives.reader import Damaged
from slipway.artifacts.archives.refusal import KIB

_MAGIC: Final = b"\x04\x22\x4d\x18"
_WINDOW: Final = 64 * KIB
_BLOCKS: Final = {4: 64 * KIB, 5: 256 * KIB, 6: 1024 * KIB, 7: 4096 * KIB}


class Lz4Frame:
    """One frame, with the interface of bz2 and lzma decompressors."""

    def __init__(self) -> None:
        self.eof = False
        self._input = bytearray()
        self._ready = b""
        self._window = b""
        self._trailers: tuple[int, int] | None = None
        self._largest = 0

    @property
    def unused_data(self) -> bytes:
        """What follows the frame."""
        return bytes(self._input) if self.eof else b""

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """Up to `max_length` more bytes; nothing when it needs more input."""
        self._input += data
        while not self._ready and not self.eof and self._block():
            pass
        out, self._ready = self._ready[:max_length], self._ready[max_length:]
        return out

    def _block(self) -> bool:
        """Decode the next block if it is all there."""
        if self._trailers is None and not self._header():
            return False
        block_trailer, frame_trailer = self._trailers or (0, 0)
        if len(self._input) < 4:
            return False
        word = int.from_bytes(self._input[:4], "little")
        size = word & 0x7FFFFFFF
        if size > self._largest:
            raise Damaged("an LZ4 block is larger than its frame allows")
        whole = 4 + size + (block_trailer if size else frame_trailer)
        if len(self._input) < whole:
            return False
        block = bytes(self._input[4 : 4 + size])
        del self._input[:whole]
        self.eof = size == 0
        self._give(block if word >> 31 else decode_block(block, self._window, self._largest))
        return True

    def _give(self, out: bytes) -> None:
        self._ready = out
        self._window = (self._window + out)[-_WINDOW:]

    def _header(self) -> bool:
        if len(self._input) < 19:
            return False
        flags, sizes = self._input[4], self._input[5]
        if not self._input.startswith(_MAGIC) or flags >> 6 != 1 or flags & 1:
            raise Damaged("an LZ4 frame is of an unknown kind")
        self._largest = _BLOCKS.get(sizes >> 4 & 7, 0)
        self._trailers = (4 if flags & 0x10 else 0, 4 if flags & 0x04 else 0)
        del self._input[: 7 + (8 if flags & 0x08 else 0)]
        return True


def decode_block(block: bytes, window: bytes, largest: int) -> bytes:
    """One LZ4 block: literals and copies of what came up to 64 KiB before."""
    out = bytearray(window)
    limit = len(window) + largest
    position = 0
    while position < len(block):
        token = block[position]
        literals, position = _length(block, position + 1, token >> 4)
        out += block[position : position + literals]
        position += literals
        if position >= len(block):
            break
        distance = int.from_bytes(block[position : position + 2], "little")
        copied, position = _length(block, position + 2, token & 15)
        _copy(out, distance, copied + 4)
        if len(out) > limit:
            raise Damaged("an LZ4 block expands too far")
    return bytes(out[len(window) :])


def _length(block: bytes, position: int, nibble: int) -> tuple[int, int]:
    length = nibble
    if nibble == 15:
        while True:
            if position >= len(block):
                raise Damaged("an LZ4 block ends too early")
            length += block[position]
            position += 1
            if block[position - 1] != 255:
                break
    return length, position


def _copy(out: bytearray, distance: int, count: int) -> None:
    start = len(out) - distance
    if not distance or start < 0:
        raise Damaged("an LZ4 copy reaches out of its window")
    if distance >= count:
        out += out[start : start + count]
    else:
        pattern = out[start:]
        out += (pattern * (count // distance + 1))[:count]
