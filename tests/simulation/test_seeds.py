"""Histories by chance. `python -m tests.simulation --seeds 100000` plays more of them."""

import pytest

from tests.simulation.history import play
from tests.simulation.running import broken_lines
from tests.simulation.stories import random_story

SEEDS = 2000
CHUNK = 100


@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_whatever_happens_every_promise_is_kept(first: int) -> None:
    for seed in range(first, first + CHUNK):
        story = random_story(seed)
        if play(story, seed).violations:
            line = "\n".join(broken_lines(story, seed))
            pytest.fail(f"{line}\nagain: python -m tests.simulation --replay {seed}", pytrace=False)


def test_the_same_seed_tells_the_same_history() -> None:
    story = random_story(7)
    assert play(story, 7, trace=True) == play(story, 7, trace=True)
    assert play(story, 7, trace=True).lines != play(random_story(8), 8, trace=True).lines
