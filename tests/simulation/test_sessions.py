"""The short way to the service tells the same histories as boto3's clients do."""

import pytest

from tests.simulation.history import play
from tests.simulation.running import told
from tests.simulation.sessions import BotoSession
from tests.simulation.stories import BASE, random_story

SEEDS = 80
CHUNK = 20


@pytest.mark.parametrize("name", [story.name for story in BASE])
def test_a_told_story_is_the_same_through_boto3(name: str) -> None:
    story = told(name)
    assert play(story, session=BotoSession, trace=True) == play(story, trace=True)


@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_a_history_by_chance_is_the_same_through_boto3(first: int) -> None:
    for seed in range(first, first + CHUNK):
        story = random_story(seed)
        through_boto3 = play(story, seed, session=BotoSession, trace=True)
        assert through_boto3 == play(story, seed, trace=True), f"seed {seed}"
