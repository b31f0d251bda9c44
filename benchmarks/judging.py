"""How often a rollout by steps is wrong, and how soon it is right, beside what others do.

Simulated rollouts of three steps, each looked at every ten minutes, twelve times at most: healthy
candidates, and worse ones. Rules on the same counts:

- Slipway: e-values over all looks (slipway.domain.judging).
- one test a look: a two-sample test of shares at 95 % on each metric, at each look, as Kayenta has
  a Mann-Whitney test on each metric.
- failed checks: a look fails where the candidate's share of errors is above 1 %, or its share of
  slow answers above 1.2 times the stable version's; three failed looks send it back, as
  failureLimit does in Argo Rollouts.
"""

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from random import Random
from statistics import NormalDist, median

from slipway.domain.judging.judge import DEFAULT, QUANTILES, Verdict, judge
from slipway.domain.judging.seen import Pair, Seen, Window

STEPS, LOOKS, REQUESTS = (0.05, 0.25, 0.5), 12, 6000
ERRORS = 0.002
LEVEL = 0.05
NORMAL = NormalDist()
Rule = Callable[[Sequence[Window]], Verdict]


@dataclass(frozen=True)
class Candidate:
    """What is rolled out: its share of errors, and how much likelier a slow answer is."""

    name: str
    errors: float = ERRORS
    slower: float = 1.0
    bursts: float = 0.0  # how much the rates of a look differ, for both, by chance


CANDIDATES = (
    Candidate("healthy"),
    Candidate("healthy, in bursts", bursts=0.5),
    Candidate("twice the errors", errors=2 * ERRORS),
    Candidate("five times the errors", errors=5 * ERRORS),
    Candidate("2 % errors", errors=0.02),
    Candidate("a third more slow answers", slower=4 / 3),
    Candidate("half as many again", slower=1.5),
)


def by_evidence(windows: Sequence[Window]) -> Verdict:
    return judge(DEFAULT, windows).verdict


def by_one_test_a_look(windows: Sequence[Window]) -> Verdict:
    worse = any(_z(pair) > NORMAL.inv_cdf(1 - LEVEL) for pair in _pairs(windows[-1]))
    return Verdict.RETREAT if worse else Verdict.GO_ON


def by_failed_checks(windows: Sequence[Window]) -> Verdict:
    failed = sum(map(_fails, windows))
    return Verdict.RETREAT if failed >= 3 else Verdict.GO_ON


RULES: dict[str, Rule] = {
    "Slipway": by_evidence,
    "one test a look": by_one_test_a_look,
    "failed checks": by_failed_checks,
}


def _pairs(window: Window) -> Iterator[Pair]:
    stable, candidate = window.stable, window.candidate
    yield Pair(stable.requests, stable.errors, candidate.requests, candidate.errors)
    for before, after in zip(stable.slow, candidate.slow, strict=True):
        yield Pair(stable.requests, before, candidate.requests, after)


def _z(pair: Pair) -> float:
    hits, tested = pair.stable_hits + pair.candidate_hits, pair.stable + pair.candidate
    spread = sqrt(hits / tested * (1 - hits / tested) * (1 / pair.stable + 1 / pair.candidate))
    gap = pair.candidate_hits / pair.candidate - pair.stable_hits / pair.stable
    return gap / spread if spread else 0.0


def _fails(window: Window) -> bool:
    errors, *slow = _pairs(window)
    late = any(
        p.candidate_hits / p.candidate > 1.2 * max(p.stable_hits, 1) / p.stable for p in slow
    )
    return errors.candidate_hits / errors.candidate > 0.01 or late


def rolled_out(candidate: Candidate, seed: int, rule: Rule) -> tuple[Verdict, int]:
    """What became of a rollout, and how many requests the candidate had by then."""
    chance, windows, asked = Random(seed), list[Window](), 0  # noqa: S311 - no secret
    verdict = Verdict.INCONCLUSIVE
    for share in STEPS:
        for _ in range(_looks(rule)):
            windows.append(_window(chance, candidate, share))
            asked += windows[-1].candidate.requests
            verdict = rule(windows)
            if verdict in (Verdict.RETREAT, Verdict.PROMOTE):
                break
            if verdict == Verdict.GO_ON and share < STEPS[-1] and rule is by_evidence:
                break
        if verdict == Verdict.RETREAT:
            break
    return verdict, asked


def _looks(rule: Rule) -> int:
    """The others look as often as they are told to, which is three times a step here."""
    return LOOKS if rule is by_evidence else 3


def _window(chance: Random, candidate: Candidate, share: float) -> Window:
    factor = chance.lognormvariate(0, candidate.bursts) if candidate.bursts else 1.0
    asked = round(REQUESTS * share)
    stable = _seen(chance, REQUESTS - asked, ERRORS * factor, factor)
    return Window(
        0,
        600,
        share,
        stable,
        _seen(chance, asked, candidate.errors * factor, factor * candidate.slower),
    )


def _seen(chance: Random, requests: int, errors: float, slower: float) -> Seen:
    late = (min(0.95, (1 - quantile) * slower) for quantile in QUANTILES)
    return Seen(
        requests,
        _hits(chance, requests, errors),
        slow=tuple(_hits(chance, requests, p) for p in late),
    )


def _hits(chance: Random, tested: int, rate: float) -> int:
    """A binomial number: Poisson's where hits are few, else normal."""
    spread = sqrt(tested * rate * (1 - rate))
    if spread > 5:
        return min(tested, max(0, round(chance.gauss(tested * rate, spread))))
    if rate > 0.5:
        return tested - _hits(chance, tested, 1 - rate)
    at, hits = 0.0, 0
    while (at := at + chance.expovariate(1.0) / rate) < tested:
        hits += 1
    return min(hits, tested)


def main(rollouts: int = 200) -> None:
    began = time.process_time()
    print(f"{rollouts} rollouts of each; sent back, and the median of the requests it took")
    print(f"{'candidate':28}" + "".join(f"{name:>24}" for name in RULES))
    for candidate in CANDIDATES:
        cells = []
        for rule in RULES.values():
            ended = [rolled_out(candidate, seed, rule) for seed in range(rollouts)]
            back = [asked for verdict, asked in ended if verdict == Verdict.RETREAT]
            told = f"{len(back) / rollouts:.1%}"
            cells.append(f"{told} {f'({median(back):,.0f})' if back else '':>9}")
        print(f"{candidate.name:28}" + "".join(f"{cell:>24}" for cell in cells), flush=True)
    print(f"{time.process_time() - began:.0f} s of CPU")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rollouts", type=int, default=200)
    main(parser.parse_args().rollouts)
