"""What people do at any moment of a release, between any two calls of it, is not lost: nothing
has to wait for the sweep."""

import pytest

from tests.simulation.history import play
from tests.simulation.running import interruptions
from tests.simulation.stories import MEANWHILE, Act, Story

SEEDS = 2


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize(("story", "deed"), MEANWHILE, ids=lambda found: getattr(found, "name", ""))
def test_nothing_is_lost_between_two_calls(story: Story, deed: Act, seed: int) -> None:
    for call in interruptions(story, seed):
        outcome = play(story, seed, meanwhile=(call, deed))
        if outcome.violations:
            told = play(story, seed, meanwhile=(call, deed), trace=True).lines
            pytest.fail("\n".join([f"{deed} at call {call}", *told]), pytrace=False)
