"""`python -m tests.simulation --seeds 100000` plays more histories than the tests do;
`python -m tests.simulation --replay 4711` tells one of them."""

import argparse
import os
import sys
import time

from tests.simulation.running import broken_lines, play_in_parallel
from tests.simulation.stories import random_story


def main() -> int:
    """The number of histories in which something went wrong, as far as an exit code can say."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=2000, help="how many histories to play")
    parser.add_argument("--first", type=int, default=0, help="the first one's seed")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--replay", type=int, help="tell the history of this seed")
    asked = parser.parse_args()
    if asked.replay is not None:
        return _replay(asked.replay)
    return _play(asked.first, asked.seeds, asked.processes)


def _replay(seed: int) -> int:
    story = random_story(seed)
    lines = broken_lines(story, seed)
    _say(f"{story.faults}\n{story.durations}\n" + "\n".join(lines))
    return any(line.startswith("WRONG") for line in lines)


def _play(first: int, count: int, processes: int) -> int:
    began = time.monotonic()
    for tally in play_in_parallel(first, count, processes):
        rate = tally.histories / (time.monotonic() - began)
        line = f"{tally.histories:>9,} histories  {rate:6.0f}/s  {len(tally.broken)} broken"
        _say(line, end="\r" if sys.stdout.isatty() else "\n")
    ends = ", ".join(f"{end}: {number:,}" for end, number in tally.ends.most_common())
    _say(f"\n{tally.releases:,} releases, {tally.calls:,} calls; ended {ends}")
    for name in tally.broken:
        _say(f"broken: {name}")
    if tally.broken:
        _say("tell one of them: python -m tests.simulation --replay <seed>")
    return bool(tally.broken)


def _say(line: str, end: str = "\n") -> None:
    sys.stdout.write(line + end)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
