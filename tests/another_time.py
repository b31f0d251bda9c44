"""A plugin for pytest: the clock is a month and some seconds ahead."""

import time

AHEAD = 30 * 86400 + 7


def _shift() -> None:
    seconds, nanoseconds = time.time, time.time_ns
    time.time = lambda: seconds() + AHEAD
    time.time_ns = lambda: nanoseconds() + AHEAD * 10**9


_shift()
