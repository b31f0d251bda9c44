"""Evidence as e-values: under the hypothesis, none is above 1/a at any time but with probability a.

Of the hits in a window, as many fall to the candidate as Fisher's noncentral hypergeometric
distribution says, whatever the rate of hits is: its only parameter is the ratio of the odds. The
ratio of two such likelihoods is an e-value, and so is its product over windows and the mean over
several alternatives. Sources: J. Ville, Etude critique de la notion de collectif (1939);
P. Grunwald, R. de Heide and W. Koolen, "Safe testing", JRSS B 86 (2024); R. Turner, A. Ly and
P. Grunwald, "Generic E-variables for exact sequential k-sample tests", JSPI 230 (2024).
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import exp, inf, lgamma, log, log1p, sqrt

from slipway.domain.judging.seen import Pair

WORSE = (1.25, 1.5, 2.0, 3.0, 6.0, 15.0)  # times the odds of the hypothesis
SPREAD = 12  # standard deviations, beyond which nothing adds to a sum


def against(pairs: Iterable[Pair], odds: float, temper: float = 1.0) -> float:
    """The evidence that the odds of a hit are above `odds` times those of the stable version, as a
    logarithm. `temper` is how much more windows differ than chance would have it."""
    known = [pair for pair in pairs if _tells(pair)]
    logs = [
        sum(_likelihood(pair, odds * worse) - _likelihood(pair, odds) for pair in known) / temper
        for worse in WORSE
    ]
    return mean(logs)


def apart(pairs: Iterable[Pair], odds: float, temper: float = 1.0) -> float:
    """The evidence that the odds are above `odds` times those of the stable version, or below their
    `odds`-th part, as a logarithm."""
    known = [*pairs]
    return mean([against(known, odds, temper), against(map(_turned, known), odds, temper)])


def below(pairs: Iterable[Pair], odds: float, temper: float = 1.0) -> float:
    """The evidence that the odds are less than `odds` times those of the stable version."""
    known = [pair for pair in pairs if _tells(pair)]
    return sum(_likelihood(p, 1.0) - _likelihood(p, odds) for p in known) / temper


def rarer(pairs: Iterable[Pair], rate: float, temper: float = 1.0) -> float:
    """The evidence that fewer than `rate` of the candidate's requests are hits."""
    tested, hits = 0, 0
    for pair in pairs:
        tested, hits = tested + pair.candidate, hits + pair.candidate_hits
    logs = [
        hits * log(part) + (tested - hits) * (log1p(-rate * part) - log1p(-rate))
        for part in (1e-3, 0.1, 0.3, 0.5)
    ]
    return mean(logs) / temper


def mean(logs: Sequence[float]) -> float:
    """The logarithm of the mean of numbers that are given as logarithms."""
    highest = max(logs, default=-inf)
    if highest == -inf:
        return 0.0
    return highest + log(sum(exp(each - highest) for each in logs) / len(logs))


def temper(pairs: Sequence[Pair]) -> float:
    """How much more the stable version's own windows differ than chance would have it, at least
    one: the mean of Pearson's chi-squared. Too few windows tell nothing."""
    windows = [pair for pair in pairs if pair.stable]
    tested, hits = sum(p.stable for p in windows), sum(p.stable_hits for p in windows)
    if len(windows) < 5 or not 0 < hits < tested:
        return 1.0
    rate = hits / tested
    squares = (
        (p.stable_hits - p.stable * rate) ** 2 / (p.stable * rate * (1 - rate)) for p in windows
    )
    return max(1.0, sum(squares) / (len(windows) - 1))


def _tells(pair: Pair) -> bool:
    hits, tested = pair.stable_hits + pair.candidate_hits, pair.stable + pair.candidate
    return 0 < hits < tested and pair.stable > 0 and pair.candidate > 0


def _turned(pair: Pair) -> Pair:
    """What is no hit, told as a hit."""
    return Pair(
        pair.stable,
        pair.stable - pair.stable_hits,
        pair.candidate,
        pair.candidate - pair.candidate_hits,
    )


@lru_cache(maxsize=1 << 14)
def _likelihood(pair: Pair, odds: float) -> float:
    """The logarithm of the probability of the candidate's hits, given all."""
    hits = pair.stable_hits + pair.candidate_hits
    low, high = max(0, hits - pair.stable), min(hits, pair.candidate)

    def weight(at: int) -> float:
        return _choose(pair.candidate, at) + _choose(pair.stable, hits - at) + at * log(odds)

    # The likeliest number solves a quadratic equation; the others are near it.
    a, b = odds - 1.0, -((pair.candidate + hits + 2) * odds + pair.stable - hits)
    c = (pair.candidate + 1.0) * (hits + 1.0) * odds
    mode = c / -b if a == 0 else 2 * c / (-b + sqrt(max(0.0, b * b - 4 * a * c)))
    mode = min(max(mode, low), high)
    spread = SPREAD * sqrt(min(hits, pair.candidate, pair.stable) / 4 + 1) + SPREAD
    near = range(max(low, int(mode - spread)), min(high, int(mode + spread)) + 1)
    weights = [weight(at) for at in near]
    highest = max(weights)
    return weight(pair.candidate_hits) - highest - log(sum(exp(w - highest) for w in weights))


def _choose(of: int, at: int) -> float:
    return lgamma(of + 1) - lgamma(at + 1) - lgamma(of - at + 1)
