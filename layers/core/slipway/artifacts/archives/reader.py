"""A small buffered reader over any forward source of bytes, for the format readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.artifacts.archives.effort import Effort
from slipway.artifacts.archives.refusal import KIB, MIB

if TYPE_CHECKING:
    from collections.abc import Callable

_STEP = 64 * KIB
_MOST = 4 * MIB


class Damaged(Exception):
    """The bytes are not what their format promises: cut short, out of range, malformed."""


class Reader:
    """Reads forward; holds at most one step of its source.

    `some(most)` must give at least 1 and at most `most` bytes, and nothing at the end. `effort`
    is the budget of the archive that the bytes are of.
    """

    def __init__(
        self, some: Callable[[int], bytes | memoryview], effort: Effort | None = None
    ) -> None:
        self._some = some
        self.effort = effort or Effort(sent=lambda: self.position)
        self._buffer = b""
        self._start = 0
        self._before = 0

    @property
    def position(self) -> int:
        """Bytes read so far."""
        return self._before + self._start

    def peek(self, count: int) -> bytes:
        """The next `count` bytes, or fewer at the end, without moving."""
        while len(self._buffer) - self._start < count and self._more():
            pass
        return self._buffer[self._start : self._start + count]

    def read(self, count: int) -> bytes:
        """`count` bytes; Damaged where fewer are left."""
        if count > _MOST:
            raise Damaged(f"it wants {count} bytes at once")
        end = self._start + count
        if end > len(self._buffer):
            self.peek(count)
            end = self._start + count
            if end > len(self._buffer):
                raise Damaged(f"it ends {end - len(self._buffer)} bytes too early")
        data = self._buffer[self._start : end]
        self._start = end
        return data

    def some(self, most: int = _STEP) -> bytes:
        """At least 1 and at most `most` bytes; nothing at the end."""
        if self._start == len(self._buffer) and not self._more():
            return b""
        return self.read(min(most, len(self._buffer) - self._start))

    def skip(self, count: int) -> None:
        """Pass over `count` bytes; Damaged where fewer are left."""
        while count:
            part = len(self.some(count))
            if not part:
                raise Damaged(f"it ends {count} bytes too early")
            count -= part

    def line(self, limit: int) -> bytes:
        """Up to and without the next newline; Damaged where it is farther than `limit`."""
        while (end := self._buffer.find(b"\n", self._start, self._start + limit)) < 0:
            if len(self._buffer) - self._start >= limit or not self._more():
                raise Damaged("a line does not end")
        data = self._buffer[self._start : end]
        self._start = end + 1
        return data

    def long_line(self, limit: int) -> bytes | None:
        """The line as `line` gives it, or None after passing over a longer one."""
        held = self.peek(limit)
        if b"\n" in held:
            return self.line(limit)
        while b"\n" not in (held := self.peek(_STEP)):
            if not held:
                raise Damaged("a line does not end")
            self.read(len(held))
        self.line(_STEP)
        return None

    def at_end(self) -> bool:
        """Whether nothing is left."""
        return not self.peek(1)

    def _more(self) -> bool:
        part = self._some(_STEP)
        self._before += self._start
        self._buffer = self._buffer[self._start :] + bytes(part)
        self._start = 0
        return bool(part)


def reader_of(data: bytes) -> Reader:
    """A reader over bytes in memory."""
    parts = [data]
    return Reader(lambda _most: parts.pop() if parts else b"")
