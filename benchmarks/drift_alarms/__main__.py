"""Count alarms on healthy windows, and the rows after which a change is found.

    python -m benchmarks.drift_alarms --windows 200

Each window is drawn anew from the baseline's own distribution; the change is then made to it. A
tool that does not install in this environment is left out by name; pandas is needed by them all.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from benchmarks.drift_alarms.tools import TOOLS, Unavailable
from benchmarks.drift_alarms.windows import BASELINE_ROWS, CHANGES, rows

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    Alarm = Callable[[pd.DataFrame], bool]

SIZES: Final = (100, 500, 2000)
LADDER: Final = (50, 100, 200, 400, 800, 1600, 3200)
OFTEN: Final = 0.9


def false_alarms(alarm: Alarm, size: int, windows: int) -> str:
    found = sum(alarm(rows(size, 1000 + seed)) for seed in range(windows))
    return f"{found} of {windows}"


def rows_to_detect(alarm: Alarm, change: str, windows: int) -> str:
    """The fewest rows of the ladder at which nine windows of ten are found."""
    for size in LADDER:
        found = sum(alarm(CHANGES[change](rows(size, 5000 + seed))) for seed in range(windows))
        if found >= OFTEN * windows:
            return f"{size:,}"
    return f"> {LADDER[-1]:,}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--windows", type=int, default=200)
    parser.add_argument("--tools", nargs="*", default=list(TOOLS))
    asked = parser.parse_args()
    print("| tool | " + " | ".join(f"healthy, {size:,} rows" for size in SIZES), end=" | ")
    print(" | ".join(CHANGES) + " |")
    print("|---" * (1 + len(SIZES) + len(CHANGES)) + "|")
    for name in asked.tools:
        try:
            alarm = TOOLS[name](rows(BASELINE_ROWS, 1))
        except Unavailable as missing:
            print(f"| {name} | not installed: {missing} |")
            continue
        cells = [false_alarms(alarm, size, asked.windows) for size in SIZES]
        cells += [rows_to_detect(alarm, change, max(10, asked.windows // 10)) for change in CHANGES]
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
