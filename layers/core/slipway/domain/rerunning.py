"""Runs of versions that somebody rolled back from, which are due once more."""

from slipway.domain.batch import MOST_DUE, Due, Run, Runs
from slipway.domain.released import Releases


def withdrawn(runs: Runs, releases: Releases, to: int) -> list[Run]:
    """The runs since the release `to` by versions that going back to it withdraws, oldest first:
    the last over each input."""
    goal = next((release for release in releases.last if release.number == to), None)
    if goal is None:
        return []
    wrong = releases.withdrawing(to).left - {goal.config}
    found = (run for run in reversed(runs.last) if run.config in wrong and run.at >= goal.at)
    last = {run.input: run for run in found}
    return sorted(last.values(), key=lambda run: run.number)


def again(runs: Runs, releases: Releases, to: int) -> tuple[tuple[Due, ...], tuple[int, ...]]:
    """What is due of them, each once however often it is asked for: the newest that may wait. The
    numbers of the others."""
    owed = {run.number: _due(run, to) for run in withdrawn(runs, releases, to)}
    new = [number for number, due in owed.items() if not runs.knows(due)]
    first = max(len(new) + len(runs.due) - MOST_DUE, 0)
    return tuple(owed[number] for number in new[first:]), tuple(new[:first])


def _due(run: Run, to: int) -> Due:
    return Due(f"{run.due.id} again {to}", f"run {run.number} again, as of release {to}", run.input)
