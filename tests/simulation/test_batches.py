"""Histories of batch deployments: told, told with a crash at every call, and by chance."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from types import ModuleType
from unittest.mock import patch

import pytest
from slipway import running
from slipway.domain import decide, record
from slipway.domain.batch import Due, Job, Runs
from slipway.domain.rules import runs
from slipway.domain.rules.case import Case

from tests.simulation.batch_stories import BATCHES, random_batches
from tests.simulation.history import play
from tests.simulation.running import broken_lines, crashes
from tests.simulation.stories import Story

Bug = Callable[[], AbstractContextManager[object]]
BY_NAME = pytest.mark.parametrize("story", BATCHES, ids=lambda story: story.name)
ENDS = {
    "a version that answers no sample": "Held",
    "new probes, which what runs does not pass": "Held",
    "a version that waits for a person, while files arrive": "awaits approval",
    "asked to go while files are answered": "Deleted",
}
RUNS = {
    "files, answered": ["Completed"],
    "files while others are answered": ["Completed", "Completed"],
    "a version that answers no sample": ["Completed", "Completed"],
    "a bad record": ["Completed", "Failed"],
    "a schedule, said twice": ["Completed"],
    "a schedule, said once more much later": ["Completed"],
    "new probes, which what runs does not pass": ["Completed"],
    "a schedule that nobody wants any more": ["Completed"],
    "the service fails, and does not": ["Completed"],
    "the service fails for good": ["Failed"],
    "asked to go while files are answered": ["Stopped"],
    "back, and what was answered since is answered again": ["Completed"] * 4,
}
SEEDS = 150
# Of a story with many calls not every one is a crash: each of its steps is taken often.
MANY = 120


@BY_NAME
def test_each_story_ends_as_it_should(story: Story) -> None:
    outcome = play(story)
    assert (outcome.end, outcome.violations) == (ENDS.get(story.name, "Released"), ())
    if story.name in RUNS:
        assert [*outcome.runs] == RUNS[story.name]


@BY_NAME
def test_a_crash_at_any_call_breaks_no_promise(story: Story) -> None:
    every = [*crashes(story, stopped=False)]
    for crash in every[:: 1 + len(every) // MANY]:
        if play(story, crash=crash).violations:
            pytest.fail("\n".join([str(crash), *broken_lines(story, 0, crash)]), pytrace=False)


def without(chapter: ModuleType, rule: str) -> Bug:
    rest = tuple(found for found in chapter.RULES if found.__name__ != rule)
    return lambda: patch.object(chapter, "RULES", rest)


def always(found: Runs, due: Due) -> Runs:
    return replace(found, due=(*found.due, due))


BUGS: dict[str, Bug] = {
    "a run without a job never gets one": without(runs, "job_is_not_there"),
    "what a wrong version answered is not answered again": lambda: patch.object(
        record, "again", lambda *_: ((), ())
    ),
    "what is due again is due whenever it is asked for": lambda: patch.object(
        Runs, "knows", lambda *_: False
    ),
    "nobody ends a run": without(runs, "run_is_over"),
    "what has arrived is not run": without(runs, "run_is_due"),
    "a moment that is said twice is two": lambda: patch.object(Runs, "wanting", always),
    "what was read is read again": lambda: patch.object(Runs, "seen", ""),
    "a run is not written down before its job is made": lambda: patch.object(
        running, "_write", lambda *_: None
    ),
    "a version that fails its probes runs on": lambda: patch.object(
        Case, "fails", lambda *_: False
    ),
    "a failure of the service's is the run's": lambda: patch.object(Job, "is_transient", False),
    "a run goes on when its deployment goes": lambda: patch.object(
        decide, "LEAVING", tuple(r for r in decide.LEAVING if r.__name__ != "run_is_under_way")
    ),
}


@pytest.mark.parametrize("name", BUGS)
def test_a_bug_is_noticed(name: str) -> None:
    with BUGS[name]():
        assert any(_is_wrong(story) for story in BATCHES) or any(
            play(random_batches(seed), seed).violations for seed in range(SEEDS)
        )


def _is_wrong(story: Story) -> bool:
    outcome = play(story)
    ended = [*outcome.runs] == RUNS.get(story.name, [*outcome.runs])
    return bool(outcome.violations) or not ended


@pytest.mark.parametrize("first", range(0, SEEDS, 25))
def test_no_history_by_chance_breaks_a_promise(first: int) -> None:
    for seed in range(first, first + 25):
        story = random_batches(seed)
        if play(story, seed).violations:
            pytest.fail("\n".join(broken_lines(story, seed)), pytrace=False)
