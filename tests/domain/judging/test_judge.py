"""A judgement promotes what is as good, sends back what is worse, and says what is not known."""

from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from slipway.domain.judging.judge import DEFAULT, Criteria, Verdict, judge
from slipway.domain.judging.seen import Seen, Window

STEPS = (0.05, 0.25, 0.5)


def window(stable: Seen, candidate: Seen, share: float = 0.5) -> Window:
    return Window(0.0, 600.0, share, stable, candidate)


def quiet(requests: int, errors: int = 0, slow: tuple[int, ...] = ()) -> Seen:
    return Seen(requests, errors, slow=slow)


@pytest.mark.parametrize(
    ("stable", "candidate", "verdict", "words"),
    [
        (quiet(5000), quiet(0), Verdict.BLIND, "no request to the candidate was counted"),
        (quiet(0), quiet(5000), Verdict.BLIND, "no request to the stable version was counted"),
        (quiet(0), quiet(0), Verdict.BLIND, "no request to either version"),
        (quiet(9500), quiet(499), Verdict.INCONCLUSIVE, "499 requests of at least 500"),
        (quiet(9500), quiet(500), Verdict.PROMOTE, "as good in 500 requests"),
        (quiet(9500, 9), quiet(600, 3), Verdict.GO_ON, "and too little for it"),
        (quiet(9500, 9), quiet(500, 10), Verdict.RETREAT, "requests failed (5XX) 2.00%, where"),
        (quiet(9500, 9), quiet(100, 20), Verdict.RETREAT, "worse: requests failed"),
    ],
    ids=["unasked", "alone", "silence", "few", "good", "unsure", "worse", "worse, and few"],
)
def test_what_is_known(stable: Seen, candidate: Seen, verdict: Verdict, words: str) -> None:
    found = judge(DEFAULT, [window(stable, candidate)])
    assert (found.verdict, words in found.words) == (verdict, True), found.words


def test_a_slower_candidate_is_sent_back() -> None:
    stable, slower = quiet(5000, slow=(2500, 500, 50)), quiet(600, slow=(420, 120, 12))
    found = judge(DEFAULT, [window(stable, slower)])
    assert (found.verdict, found.words[:33]) == (
        Verdict.RETREAT,
        "worse: answers slower than p50 70",
    )


def test_other_answers_are_sent_back_and_may_be_let_pass() -> None:
    stable = replace(quiet(5000), answers=(4000, 1000))
    other = replace(quiet(1000), answers=(500, 500))
    assert judge(DEFAULT, [window(stable, other)]).verdict == Verdict.RETREAT
    careless = Criteria(predictions=None)
    assert judge(careless, [window(stable, other)]).verdict == Verdict.PROMOTE


@pytest.mark.parametrize(
    ("asked", "verdict"),
    [
        (None, Verdict.BLIND),
        (0, Verdict.BLIND),
        (499, Verdict.INCONCLUSIVE),
        (500, Verdict.PROMOTE),
    ],
    ids=["not measured yet", "unasked", "few", "enough"],
)
def test_a_step_is_passed_by_its_own_requests(asked: int | None, verdict: Verdict) -> None:
    first = window(quiet(9500), quiet(5000))
    later = [] if asked is None else [replace(first, ended=1200.0, candidate=quiet(asked))]
    assert judge(DEFAULT, [first]).verdict == Verdict.PROMOTE
    assert judge(DEFAULT, [first, *later], since=600.0).verdict == verdict


def played(seed: int, errors: float, slow: float) -> Verdict:
    """A rollout of three steps, each of which is judged up to eight times."""
    chance, windows = Random(seed), []  # noqa: S311 - no secret
    for share in STEPS:
        for _ in range(8):
            stable = drawn(chance, round(3000 * (1 - share)), 0.002, (0.5, 0.1, 0.01))
            candidate = drawn(chance, round(3000 * share), errors, (slow, slow / 5, slow / 50))
            windows.append(window(stable, candidate, share))
            verdict = judge(DEFAULT, windows).verdict
            if verdict == Verdict.RETREAT:
                return verdict
            if verdict == Verdict.PROMOTE or (verdict == Verdict.GO_ON and share < STEPS[-1]):
                break
        else:
            return verdict
    return Verdict.PROMOTE


def drawn(chance: Random, requests: int, errors: float, slow: tuple[float, ...]) -> Seen:
    failed, *late = (sum(chance.random() < p for _ in range(requests)) for p in (errors, *slow))
    return Seen(requests, failed, slow=tuple(late))


def test_healthy_candidates_are_promoted_and_worse_ones_are_not() -> None:
    healthy = Counter(played(seed, 0.002, 0.5) for seed in range(40))
    assert healthy[Verdict.RETREAT] == 0
    assert healthy[Verdict.PROMOTE] >= 36
    failing = Counter(played(seed, 0.03, 0.5) for seed in range(20))
    assert failing[Verdict.RETREAT] == 20
    slower = Counter(played(seed, 0.002, 0.7) for seed in range(20))
    assert slower[Verdict.RETREAT] == 20
