"""One gzip stream, inflated in bounded steps from any chunks of bytes (RFC 1952)."""

from __future__ import annotations

import hashlib
import zlib
from typing import TYPE_CHECKING

from slipway.artifacts.archives.mistaken import what_else
from slipway.artifacts.archives.refusal import KIB, ArchiveRefused, Limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_STEP_IN = 128 * KIB
_STEP_OUT = 512 * KIB
GZIP = b"\x1f\x8b"
_HEAD = 4096


class Gunzip:
    """Reads exactly one gzip stream; refuses anything before, after or short of it.

    `offset` counts the bytes given out, `size` and `sha256` cover the compressed bytes read.
    """

    def __init__(self, chunks: Iterable[bytes], limits: Limits) -> None:
        self._limits = limits
        self._pieces = _pieces(chunks)
        self._inflate = zlib.decompressobj(wbits=31)
        self._digest = hashlib.sha256()
        self._waiting: bytes | memoryview = b""
        self._ready = memoryview(b"")
        self._inflated = 0
        self.size = 0
        self.offset = 0

    @property
    def sha256(self) -> str:
        """Hexadecimal digest of the compressed bytes read so far."""
        return self._digest.hexdigest()

    def some(self, most: int) -> memoryview:
        """At least 1 and at most `most` bytes; empty only at the end of the stream."""
        if not self._ready:
            self._ready = memoryview(self._step())
        taken, self._ready = self._ready[:most], self._ready[most:]
        self.offset += len(taken)
        return taken

    def exactly(self, count: int, member: str = "") -> bytes:
        """`count` bytes, or a refusal as truncated."""
        parts = []
        while count:
            part = self.some(count)
            if not part:
                raise ArchiveRefused("truncated", member=member, offset=self.offset)
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def finish(self) -> None:
        """Check that nothing follows the gzip stream."""
        rest = self._inflate.unused_data or next(self._pieces, b"")
        if rest:
            rule = "multi-member" if bytes(rest[:2]) == GZIP else "trailing-data"
            raise ArchiveRefused(rule, offset=self.offset)

    def _step(self) -> bytes:
        while not self._inflate.eof:
            piece = self._waiting or self._pull()
            try:
                out = self._inflate.decompress(piece, _STEP_OUT)
            except zlib.error as error:
                rule = "not-gzip" if "incorrect header" in str(error) else "corrupt-gzip"
                raise ArchiveRefused(rule, offset=self.offset) from None
            self._waiting = self._inflate.unconsumed_tail
            if out:
                self._count(len(out))
                return out
        return b""

    def _pull(self) -> bytes | memoryview:
        piece = next(self._pieces, None) if self.size else self._beginning()
        if piece is None:
            raise ArchiveRefused("truncated", offset=self.offset)
        self._digest.update(piece)
        self.size += len(piece)
        return piece

    def _beginning(self) -> bytes:
        """Enough of the first bytes to tell what else they are, however the chunks were cut."""
        head = b""
        while len(head) < _HEAD and (piece := next(self._pieces, None)) is not None:
            head += piece
        if not GZIP.startswith(head[:2]) or not head:
            rule, detail = what_else(head[:_HEAD])
            raise ArchiveRefused(rule, detail=detail)
        return head

    def _count(self, produced: int) -> None:
        limits = self._limits
        self._inflated += produced
        if self._inflated > limits.unpacked:
            raise ArchiveRefused("unpacked-size", offset=self.offset, limit=limits.unpacked)
        if self._inflated > max(limits.ratio_floor, limits.ratio * self.size):
            raise ArchiveRefused("ratio", offset=self.offset, limit=limits.ratio)


def _pieces(chunks: Iterable[bytes]) -> Iterator[memoryview]:
    """The chunks, cut so that one step never inflates far, whatever the caller's chunk size."""
    for chunk in chunks:
        view = memoryview(chunk)
        for start in range(0, len(view), _STEP_IN):
            yield view[start : start + _STEP_IN]
