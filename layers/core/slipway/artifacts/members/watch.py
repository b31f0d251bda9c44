"""What passes by of a file while it is read as one thing, in case a loader takes it for another.

bytes ─► Watch ─► the reader that its first bytes and name choose
           ├ as a pickle, from its first byte      (probe.py)
           ├ as a zip, from its last bytes          which zipfile, Keras and TorchScript look at
           └ as HDF5 behind a user block            at 512, 1024, 2048 … bytes
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from slipway.artifacts.archives.refusal import KIB
from slipway.artifacts.findings import Finding
from slipway.artifacts.members.judging import findings_of
from slipway.artifacts.pickles.probe import Probe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slipway.artifacts.archives.effort import Effort
    from slipway.artifacts.pickles.verdicts import Asked

_TAIL: Final = 64 * KIB + 22  # how far from the end a zip's directory may end
_END: Final = struct.Struct("<4sHHHHIIH")
_HDF5: Final = b"\x89HDF\r\n\x1a\n"
_USER_BLOCK: Final = 512
_ZIPPED: Final = ("zip", "npz", "keras", "wheel", "archive", "compressed", "pickle", "joblib")


class Watch:
    """A source that remembers what matters of what it gave."""

    def __init__(self, some: Callable[[int], bytes | memoryview], effort: Effort) -> None:
        self._some = some
        self.probe: Probe | None = Probe(effort)
        self._position = 0
        self._block = _USER_BLOCK
        self._tail = b""
        self._carried = b""
        self._inside = False

    def some(self, most: int) -> bytes:
        """The next bytes, at most so many; nothing at the end."""
        part = bytes(self._some(most))
        if self.probe:
            self.probe.feed(part)
        self._look_behind(part)
        self._tail = part if len(part) >= _TAIL else (self._tail + part)[-_TAIL:]
        self._position += len(part)
        return part

    def _look_behind(self, part: bytes) -> None:
        """Whether HDF5 begins after a user block; its first bytes may be cut in two."""
        held, start = self._carried + part, self._position - len(self._carried)
        while self._block + len(_HDF5) <= start + len(held):
            at = self._block - start
            self._inside = self._inside or held[at : at + len(_HDF5)] == _HDF5
            self._block *= 2
        self._carried = held[1 - len(_HDF5) :]

    def drain(self) -> None:
        """Pass by the rest."""
        while self.some(256 * KIB):
            pass

    def findings(self, name: str, taken_for: str) -> Iterator[Finding]:
        """What other loaders would do with the file that was taken for a format."""
        if self.probe:
            yield from findings_of(name, self.probe.verdict())
        if self._inside:
            yield _also(name, taken_for, "HDF5 behind a block of something else")
        if not taken_for.endswith(_ZIPPED) and self._ends_as_zip():
            yield _also(name, taken_for, "a zip at its end")

    @property
    def asked(self) -> tuple[Asked, ...]:
        """What it would call as a pickle that somebody may vouch for."""
        verdict = self.probe.verdict() if self.probe else None
        return verdict.asked if verdict else ()

    def _ends_as_zip(self) -> bool:
        """Whether a directory with entries ends in the last bytes, as zipfile finds one."""
        at = self._tail.rfind(b"PK\x05\x06")
        if at < 0 or len(self._tail) - at < _END.size:
            return False
        count, length = _END.unpack_from(self._tail, at)[4:6]
        start = at - length
        return bool(count) and (start < 0 or self._tail[start : start + 4] == b"PK\x01\x02")


def _also(name: str, taken_for: str, what: str) -> Finding:
    return Finding(
        "refuse",
        "two-formats",
        name,
        f"It begins as {taken_for or 'no known format'} and is {what} as well, so that one loader "
        "would load what another does not see.",
        "save the model again, as one format",
    )
