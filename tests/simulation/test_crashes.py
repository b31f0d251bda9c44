"""The told stories: how each ends, and that it ends so when any one call is a function's last."""

import pytest

from tests.simulation.history import play
from tests.simulation.running import broken_lines, crashes, told
from tests.simulation.stories import BASE, LONG, LOSABLE, STEPS, Story

# Where not only the function dies, but the execution is stopped with it as well.
STOPPED = ("update", "approval granted", "probes failed")
ENDS = {
    "two variants, one after the other": "Released",
    "traffic is shifted, by the manifest and by hand": "Released",
    "a pipeline whose second half is late": "Released",
    "first create": "Released",
    "update": "Released",
    "superseded mid-way": "Released",
    "two keys at once": "Released",
    "a large one ends after a small one": "Released",
    "a large one ends after a small one elsewhere": "Released",
    "equal content again": "Released",
    "approval granted": "awaits approval",
    "approval rejected after the release": "Held",
    "rejected, then a bad one": "Held",
    "approved of again, once a bad one serves": "Held",
    "the ledger is restored": "Released",
    "no quota at first": "Released",
    "no quota for an update": "Released",
    "instant instances": "Released",
    "artifact refused": "Held",
    "unloadable first": "Released",
    "unloadable update": "Held",
    "probes failed": "Held",
    "probes failed first": "Held",
    "silent rollback": "Held",
    "internal failure": "Released",
    "rollback failed": "Held",
    "patched meanwhile": "Released",
    "edited by hand": "Released",
    "deleted by hand": "Released",
    "asked to go": "Deleted",
    "asked to go with everything": "nothing",
    "asked to go while it is deployed": "Deleted",
    "asked to go while it is watched": "nothing",
    "asked to go before anything was served": "Deleted",
    "asked to go, and wanted again": "Released",
    "many updates": "Released",
    "manifest changes": "Released",
    "watched": "Released",
    "watched later": "Released",
    "watched no more": "Released",
    "watched otherwise": "Released",
    "always fails": "Held",
    **{
        f"{what} lost while a bad one is held": "Held" for what in ("schedule", "alarm", "baseline")
    },
    "slow": "Held",
    "slow by new probes": "Held",
    "dies of its first request": "Held",
    "slow first": "Released",
    "no going back": "Held",
    "refused while a bad one comes up": "Held",
    "deleted, then a bad one": "Held",
    "group lost while held": "Held",
    **{f"{how} lost": "Released" for how in LOSABLE},
    "config lost while somebody thinks": "awaits approval",
    "bytes lost while somebody thinks": "awaits approval",
    "endpoint lost while somebody thinks": "awaits approval",
    "rolled back, and a manifest comes": "Released",
    "stopped by hand": "Released",
    "scales, on other instances, and no more": "Released",
    "scaled counts survive": "Released",
    "scaling is lost": "Released",
    "other instances, and back again": "Held",
    "asked to go while it scales": "Deleted",
    "asked in line": "Released",
    "in line too late": "Held",
    "canary": "Released",
    "rolling": "Released",
    "canary sent back by its alarm": "Held",
    "an alarm rings before the canary": "Released",
    "guards lost before the canary": "Released",
    "other variants by hand under a canary": "Released",
    "guarded no more": "Released",
    "asked to go while a canary is out": "Deleted",
    "an alarm, and notify": "Released",
    "an alarm, and hold": "Held",
    "an alarm, and rollback": "Released",
    "an alarm, and replace": "Released",
    "an alarm, and {scale_out: {up_to: 3}}": "Released",
    "an alarm, and {start: retrain}": "Released",
    "an alarm rings on": "Released",
    "an alarm rolls back after the release": "Released",
    "an alarm that nothing helps against": "Released",
    "an alarm that rang before the change": "Released",
    "an alarm that flaps": "Released",
    "an alarm rings while a newer version comes up": "Released",
    "an alarm is lost while its remedy is at work": "Released",
    "nobody wants the alarm any more while capacity is lent": "Released",
}
# Of a story with many calls not every one is a crash: each of its steps is taken often.
MANY = 400


@pytest.mark.parametrize("name", [story.name for story in BASE])
def test_each_story_ends_as_it_should(name: str) -> None:
    outcome = play(told(name))
    assert (outcome.end, outcome.violations) == (ENDS[name], ())


STEPWISE = {
    "a worse one": "Held",
    "one that fails its probes": "Held",
    "one that does not load": "Held",
    "rejected": "Held",
    "a manifest that nobody can use": "Held",
    "asked to go": "Deleted",
    "aborted": "Held",
    "paused": "Held",
}


@pytest.mark.parametrize("story", STEPS, ids=lambda story: story.name)
def test_a_rollout_by_steps_ends_as_it_should(story: Story) -> None:
    outcome = play(story)
    expected = STEPWISE.get(story.name.removeprefix("by steps, "), "Released")
    assert (outcome.end, outcome.violations) == (expected, ())


@pytest.mark.parametrize("number", range(len(LONG)))
def test_a_long_story_ends_so_with_nothing_broken(number: int) -> None:
    outcome = play(LONG[number])
    assert (outcome.end, outcome.violations) == ((*["Released"] * 5, "Held")[number], ())


@pytest.mark.parametrize("name", [story.name for story in BASE])
def test_a_crash_at_any_call_breaks_no_promise(name: str) -> None:
    story = told(name)
    every = [*crashes(story, stopped=name in STOPPED)]
    for crash in every[:: 1 + len(every) // MANY]:
        if play(story, crash=crash).violations:
            pytest.fail("\n".join([str(crash), *broken_lines(story, 0, crash)]), pytrace=False)
