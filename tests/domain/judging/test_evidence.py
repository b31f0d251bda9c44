"""Evidence is an e-value: at most one on average where the hypothesis holds."""

from itertools import product
from math import comb, exp

import pytest
from slipway.domain.judging import evidence
from slipway.domain.judging.seen import Pair

HITS = range(13)
STABLE, CANDIDATE, ALL = 40, 20, 12


def chance(hits: int, odds: float) -> float:
    """Of ALL hits so many fall to the candidate. Source: R. A. Fisher, JRSS 98 (1935)."""

    def weight(at: int) -> float:
        return comb(CANDIDATE, at) * comb(STABLE, ALL - at) * odds**at

    return weight(hits) / sum(map(weight, HITS))


def pair(hits: int) -> Pair:
    return Pair(STABLE, ALL - hits, CANDIDATE, hits)


@pytest.mark.parametrize("odds", [0.3, 1.0, 1.25])
def test_the_evidence_against_a_candidate_is_one_at_most_on_average(odds: float) -> None:
    expected = sum(
        chance(k, odds) * chance(m, odds) * exp(evidence.against([pair(k), pair(m)], 1.25))
        for k, m in product(HITS, HITS)
    )
    assert expected <= 1 + 1e-9
    if odds == 1.25:
        assert expected == pytest.approx(1)


@pytest.mark.parametrize("odds", [2.0, 3.0])
def test_so_is_the_evidence_for_it(odds: float) -> None:
    expected = sum(chance(k, odds) * exp(evidence.below([pair(k)], 2.0)) for k in HITS)
    assert expected <= 1 + 1e-9


@pytest.mark.parametrize("odds", [0.8, 1.0, 1.25])
def test_so_is_the_evidence_that_they_differ(odds: float) -> None:
    expected = sum(chance(k, odds) * exp(evidence.apart([pair(k)], 1.25)) for k in HITS)
    assert expected <= 1 + 1e-9


@pytest.mark.parametrize("rate", [0.01, 0.05])
def test_so_is_the_evidence_that_errors_are_rare(rate: float) -> None:
    expected = sum(
        comb(100, k) * rate**k * (1 - rate) ** (100 - k)
        * exp(evidence.rarer([Pair(1, 0, 100, k)], 0.01))
        for k in range(101)
    )  # fmt: skip
    assert expected <= 1 + 1e-9


def test_many_hits_are_summed_as_exactly_as_few() -> None:
    large = evidence.against([Pair(90_000, 45_000, 10_000, 5_600)], 1.0)
    assert large > 40
    assert evidence.against([Pair(90_000, 45_000, 10_000, 5_000)], 1.0) < 0


@pytest.mark.parametrize("odds", [0.1, 0.8, 1.0, 1.25, 6.0])
@pytest.mark.parametrize(
    "told",
    [Pair(3000, 2028, 3000, 2013), Pair(5700, 5412, 300, 272), Pair(300, 3, 9000, 100)],
    ids=["more hits than either", "nearly all", "few"],
)
def test_probabilities_are_those_of_all_numbers_of_hits(told: Pair, odds: float) -> None:
    hits = told.stable_hits + told.candidate_hits
    low, high = max(0, hits - told.stable), min(hits, told.candidate)
    every = [
        evidence._likelihood(Pair(told.stable, hits - k, told.candidate, k), odds)
        for k in range(low, high + 1)
    ]
    assert sum(map(exp, every)) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("told", [Pair(0, 0, 5, 1), Pair(5, 1, 0, 0), Pair(5, 0, 5, 0)])
def test_what_tells_nothing_is_no_evidence(told: Pair) -> None:
    assert evidence.against([told], 1.0) == 0.0


def test_windows_that_differ_by_more_than_chance_temper_it() -> None:
    steady = [Pair(1000, 100, 1000, 100)] * 6
    bursts = [Pair(1000, hits, 1000, 100) for hits in (0, 300, 0, 300, 0, 0)]
    assert evidence.temper(steady) == 1.0
    assert evidence.temper(bursts) > 10
    assert evidence.temper(bursts[:4]) == 1.0
