"""Simulated histories per second of CPU on one core: what every release is proven with costs.

A history is some virtual hours of one deployment, with faults, through the real core; the second
figure is through boto3's clients as well.
"""

from time import process_time

from tests.simulation.history import play
from tests.simulation.sessions import BotoSession, DirectSession
from tests.simulation.stories import random_story

SEEDS = 400
SEEDS_THROUGH_BOTO3 = 40


def main() -> None:
    """Print histories and calls per second, straight and through boto3."""
    for name, session, seeds in (
        ("straight", DirectSession, SEEDS),
        ("through boto3", BotoSession, SEEDS_THROUGH_BOTO3),
    ):
        play(random_story(0), 0, session=session)
        began = process_time()
        outcomes = [play(random_story(seed), seed, session=session) for seed in range(seeds)]
        spent = process_time() - began
        calls = sum(len(outcome.points) for outcome in outcomes)
        print(f"{name:14}{seeds / spent:8.0f} histories/s{calls / spent:10,.0f} calls/s")


if __name__ == "__main__":
    main()
