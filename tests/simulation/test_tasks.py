"""Histories of tasks: told, told with a crash at every call, and by chance."""

from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from slipway import tasking
from slipway.domain import decide
from slipway.domain.rules import tasks

from tests.simulation.history import play
from tests.simulation.running import broken_lines, crashes
from tests.simulation.task_stories import TASKS, random_tasks

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from tests.simulation.stories import Story

    Bug = Callable[[], AbstractContextManager[object]]

BY_NAME = pytest.mark.parametrize("story", TASKS, ids=lambda story: story.name)
ENDS = {
    "a task after a version that answers nothing": "Held",
    "asked to go while a task runs": "Deleted",
    "asked to go as a task starts": "Deleted",
    "purged while a task runs": "nothing",
}
CODES = {
    "a task that fails": ["3"],
    "a task while another one runs": ["0", "1"],
    "asked to go while a task runs": ["137"],
    "asked to go as a task starts": ["137"],
    "purged while a task runs": [],
}
SEEDS = 100
# Of a story with many calls not every one is a crash: each of its steps is taken often.
MANY = 80


@BY_NAME
def test_each_story_ends_as_it_should(story: "Story") -> None:
    outcome = play(story)
    assert (outcome.end, outcome.violations) == (ENDS.get(story.name, "Released"), ())
    assert [*outcome.codes] == CODES.get(story.name, ["0"])


@BY_NAME
def test_a_crash_at_any_call_breaks_no_promise(story: "Story") -> None:
    every = [*crashes(story, stopped=False)]
    for crash in every[:: 1 + len(every) // MANY]:
        if play(story, crash=crash).violations:
            pytest.fail("\n".join([str(crash), *broken_lines(story, 0, crash)]), pytrace=False)


def test_no_crash_once_a_task_is_asked_for_breaks_a_promise() -> None:
    story = TASKS[0]
    moments = [point.at for point in play(story).points]
    for crash in crashes(story, stopped=True):
        if moments[crash.call - 1] >= story.acts[-1].at and play(story, crash=crash).violations:
            pytest.fail("\n".join([str(crash), *broken_lines(story, 0, crash)]), pytrace=False)


def without(rule: str) -> "Bug":
    rest = tuple(found for found in tasks.RULES if found.__name__ != rule)
    return lambda: patch.object(tasks, "RULES", rest)


BUGS: "dict[str, Bug]" = {
    "a task that was not started never is": without("task_is_not_there"),
    "nobody ends a task": without("task_is_over"),
    "what was asked for is not run": without("task_is_due"),
    "a task is not written down before it is started": lambda: patch.object(
        tasking, "_write", lambda *_: None
    ),
    "a definition is left": lambda: patch(
        "tests.simulation.tasks.MemoryFargate.retire", lambda *_: None
    ),
    "a task goes on when its deployment goes": lambda: patch.object(
        decide, "LEAVING", tuple(r for r in decide.LEAVING if r.__name__ != "task_is_under_way")
    ),
}


@pytest.mark.parametrize("name", BUGS)
def test_a_bug_is_noticed(name: str) -> None:
    with BUGS[name]():
        assert any(_is_wrong(story) for story in TASKS) or any(
            play(TASKS[0], crash=crash).violations for crash in crashes(TASKS[0], stopped=False)
        )


def _is_wrong(story: "Story") -> bool:
    outcome = play(story)
    ended = [*outcome.codes] == CODES.get(story.name, ["0"])
    return bool(outcome.violations) or not ended


@pytest.mark.parametrize("first", range(0, SEEDS, 25))
def test_no_history_by_chance_breaks_a_promise(first: int) -> None:
    for seed in range(first, first + 25):
        story = random_tasks(seed)
        if play(story, seed).violations:
            pytest.fail("\n".join(broken_lines(story, seed)), pytrace=False)
