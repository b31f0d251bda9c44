"""Many histories: the told stories with every crash, and stories by chance on all cores."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context

from tests.simulation.faults import Crash
from tests.simulation.history import Outcome, play
from tests.simulation.stories import BASE, Story, random_story
from tests.simulation.world import SWEEP_SECONDS

CHUNK = 200


@dataclass(slots=True)
class Tally:
    """What came of many histories. `broken` names those in which something went wrong."""

    histories: int = 0
    releases: int = 0
    calls: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    def add(self, name: str, outcome: Outcome) -> None:
        self.histories += 1
        self.releases += outcome.releases
        self.calls += len(outcome.points)
        self.ends[outcome.end] += 1
        if outcome.violations:
            self.broken.append(f"{name}: {outcome.violations[0]}")

    def merge(self, other: "Tally") -> None:
        self.histories += other.histories
        self.releases += other.releases
        self.calls += other.calls
        self.ends += other.ends
        self.broken += other.broken


def crashes(story: Story, *, stopped: bool) -> Iterator[Crash]:
    """Every way to crash once while the story is told; also with the execution stopped.

    To crash after one call of a function is to crash before its next, so that is done once.
    """
    for number, point in enumerate(play(story).points, start=1):
        for after in (False, True) if point.first else (True,):
            yield Crash(number, after)
            if stopped and "-" in point.actor:
                yield Crash(number, after, stopped=True)


def interruptions(story: Story, seed: int) -> Iterator[int]:
    """Every call of a story, up to where only the sweep still looks."""
    for number, point in enumerate(play(story, seed).points, start=1):
        if point.at < SWEEP_SECONDS:
            yield number


def play_seeds(seeds: Iterable[int]) -> Tally:
    tally = Tally()
    for seed in seeds:
        tally.add(f"seed {seed}", play(random_story(seed), seed))
    return tally


def play_in_parallel(first: int, count: int, processes: int) -> Iterator[Tally]:
    """The tally so far, each time some more histories have been played."""
    chunks = [
        range(start, min(start + CHUNK, first + count))
        for start in range(first, first + count, CHUNK)
    ]
    total = Tally()
    with get_context("spawn").Pool(processes) as pool:
        for tally in pool.imap_unordered(play_seeds, chunks):
            total.merge(tally)
            yield total


def told(name: str) -> Story:
    """The story of that name."""
    return next(story for story in BASE if story.name == name)


def broken_lines(story: Story, seed: int, crash: Crash | None = None) -> Sequence[str]:
    """The time line of a history, with what went wrong at its end."""
    outcome = play(story, seed, crash, trace=True)
    return [*outcome.lines, f"ended: {outcome.end}", *(f"WRONG {v}" for v in outcome.violations)]
