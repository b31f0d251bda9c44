"""What one archive may cost, counted for all that lies in it, at whatever depth.

Reading an archive takes memory and time in proportion to what was sent, or ends with the name of
the budget that is spent: a kilobyte that unpacks to a gigabyte, or keeps a machine busy for hours,
is refused where it would begin to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.artifacts.archives.refusal import ArchiveRefused, Limits

if TYPE_CHECKING:
    from collections.abc import Callable


class Effort:
    """The budgets of one archive; `sent` tells how many bytes of it were read so far."""

    def __init__(self, limits: Limits | None = None, sent: Callable[[], int] = lambda: 0) -> None:
        self._limits = limits or Limits()
        self._sent = sent
        self.depth = 0
        self.unpacked = 0
        self.steps = 0
        self.kept = 0

    def unpack(self, count: int) -> None:
        """Bytes came out of something within the archive. Raises ArchiveRefused."""
        self.unpacked += count
        limit = self._limits.work_bytes
        if self.unpacked > limit and self.unpacked > self._limits.ratio * self._sent():
            raise ArchiveRefused("work-bytes", limit=limit)

    def step(self, count: int) -> None:
        """Opcodes were followed, or entries read. Raises ArchiveRefused."""
        self.steps += count
        limit = self._limits.work_steps
        if self.steps > limit and self.steps > self._limits.steps_ratio * self._sent():
            raise ArchiveRefused("work-steps", limit=limit)

    def keep(self, count: int) -> None:
        """Bytes of facts are remembered to the end. Raises ArchiveRefused."""
        self.kept += count
        if self.kept > self._limits.work_kept:
            raise ArchiveRefused("work-kept", limit=self._limits.work_kept)
