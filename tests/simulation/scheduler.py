"""Virtual time: what is due happens in order, and nothing waits."""

import heapq
from collections.abc import Callable
from itertools import count

START = 1_700_000_000.0

Happening = Callable[[], None]


class Scheduler:
    """A clock and an agenda. Whoever runs may let time pass, and so be overtaken by others."""

    def __init__(self) -> None:
        self.now = START
        self._agenda: list[tuple[float, int, Happening]] = []
        self._order = count()

    def clock(self) -> float:
        return self.now

    @property
    def elapsed(self) -> float:
        return self.now - START

    def elapse(self, seconds: float) -> None:
        """Time passes in which nobody else gets a turn."""
        self.now += seconds

    def after(self, seconds: float, happening: Happening) -> None:
        self.at(self.now + seconds, happening)

    def at(self, time: float, happening: Happening) -> None:
        heapq.heappush(self._agenda, (time, next(self._order), happening))

    def run_until(self, end: float) -> None:
        """Let everything happen that is due until `end`; what happens may call this again."""
        agenda = self._agenda
        while agenda and agenda[0][0] <= end:
            time, _, happening = heapq.heappop(agenda)
            self.now = max(self.now, time)
            happening()
        self.now = max(self.now, end)
