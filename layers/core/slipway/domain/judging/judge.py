"""The judgement of a candidate: promote, retreat, or not yet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp, log

from slipway.domain.judging import evidence
from slipway.domain.judging.seen import Pair, Seen, Window

QUANTILES = (0.5, 0.9, 0.99)
HARMFUL = 1.5  # times as many slow answers as the stable version had before
Hits = Callable[[Seen], int]


class Verdict(StrEnum):
    """What is known of a candidate by now: that it is as good; that nothing speaks against it, so
    that it may have more traffic; that it is worse; too little; or nothing at all."""

    PROMOTE = "promote"
    GO_ON = "go on"
    RETREAT = "retreat"
    INCONCLUSIVE = "inconclusive"
    BLIND = "blind"


@dataclass(frozen=True, slots=True)
class Criteria:
    """What a candidate is judged by.

    A healthy one is sent back in at most the share `false_alarms` of all rollouts. Nothing is said
    of one that was asked less than `min_requests`. A harmful one, whose errors are more than the
    rate `error_rate` and twice the stable version's, or twice as many of whose answers are slow, is
    promoted in at most the share `missed`. `latency` is by how much slower it may be, and
    `predictions` by how much the odds of an answer may differ; None where that does not matter.
    """

    min_requests: int = 500
    error_rate: float = 0.01
    latency: float | None = 0.2
    predictions: float | None = 0.25
    false_alarms: float = 0.01
    missed: float = 0.05

    @property
    def quantiles(self) -> tuple[float, ...]:
        """The latencies that are compared."""
        return QUANTILES if self.latency is not None else ()

    def slower(self, limits: Sequence[float]) -> tuple[float, ...]:
        """The limits that the candidate's answers are counted above."""
        return tuple(limit * (1 + (self.latency or 0.0)) for limit in limits)


DEFAULT = Criteria()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was compared: shares of the requests, and what speaks against the candidate
    and for it, as e-values, of which `needed` would be enough."""

    name: str
    stable: float
    candidate: float
    against: float
    favour: float | None
    needed: float

    @property
    def words(self) -> str:
        """What was seen, for a person."""
        return f"{self.name} {self.candidate:.2%}, where the stable version has {self.stable:.2%}"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict, in words, and what it rests on."""

    verdict: Verdict
    words: str
    findings: tuple[Finding, ...] = ()


def judge(criteria: Criteria, windows: Sequence[Window], since: float = 0.0) -> Judgement:
    """Judge by all windows since the rollout began. How often that is done changes nothing of the
    rates that are stated, as long as requests are independent of each other. Of the step that
    began at `since`, nothing is said but by what was asked in it."""
    findings = _findings(criteria, windows) if windows else ()
    worst = max(findings, key=lambda found: found.against / found.needed, default=None)
    if worst and worst.against >= worst.needed:
        return Judgement(Verdict.RETREAT, f"worse: {worst.words}", findings)
    own = [window for window in windows if window.ended > since]
    asked = sum(window.candidate.requests for window in own)
    before = sum(window.stable.requests for window in own)
    if not asked or not before:
        whom = "the candidate" if before else "the stable version" if asked else "either version"
        why = "is there traffic, and does CloudWatch have its metrics?"
        return Judgement(Verdict.BLIND, f"no request to {whom} was counted: {why}", findings)
    if asked < criteria.min_requests:
        few = f"{asked} requests of at least {criteria.min_requests}"
        return Judgement(Verdict.INCONCLUSIVE, few, findings)
    unsure = [f for f in findings if f.favour is not None and f.favour < 1 / criteria.missed]
    if unsure:
        said = f"nothing speaks against it in {asked} requests, and too little for it"
        return Judgement(Verdict.GO_ON, f"{said}: {unsure[0].words}", findings)
    return Judgement(Verdict.PROMOTE, f"as good in {asked} requests: {findings[0].words}", findings)


def _findings(criteria: Criteria, windows: Sequence[Window]) -> tuple[Finding, ...]:
    limits = min(len(each.slow) for w in windows for each in (w.stable, w.candidate))
    kinds = min(len(each.answers) for w in windows for each in (w.stable, w.candidate))
    shown = kinds if criteria.predictions is not None and kinds > 1 else 0
    # They share the rate of false alarms.
    needed = (2 + limits + (1 if shown else 0)) / criteria.false_alarms
    failed, refused = "requests failed (5XX)", "requests refused (4XX)"
    found = [
        _compared(failed, windows, lambda seen: seen.errors, needed, criteria.error_rate),
        _compared(refused, windows, lambda seen: seen.rejected, needed),
    ]
    for at, quantile in zip(range(limits), QUANTILES, strict=False):
        name = f"answers slower than p{quantile * 100:g}"
        # Of the last there are too few to wait for.
        harmful = HARMFUL * (1 - quantile) if quantile < QUANTILES[-1] else None
        found.append(_compared(name, windows, _slow(at), needed, harmful))
    if shown and criteria.predictions is not None:
        found.append(_answers(windows, shown, 1 + criteria.predictions, needed))
    return tuple(found)


def _compared(
    name: str, windows: Sequence[Window], hits: Hits, needed: float, harmful: float | None = None
) -> Finding:
    """What speaks against the candidate and, where a share of hits is `harmful`, for it."""
    pairs = _pairs(windows, hits)
    temper = evidence.temper(pairs)
    against, favour = evidence.against(pairs, 1.0, temper), None
    if harmful is not None:
        # It is harmful where both are so: more than twice as many, and more than the share.
        twice, rare = evidence.below(pairs, 2.0, temper), evidence.rarer(pairs, harmful, temper)
        favour = evidence.mean([twice, rare])
    return _finding(name, pairs, against, favour, needed)


def _answers(windows: Sequence[Window], kinds: int, odds: float, needed: float) -> Finding:
    """The class, or bin, that differs most; the evidence is the mean of all."""
    each = [_pairs(windows, _answered(at)) for at in range(kinds)]
    logs = [evidence.apart(pairs, odds, evidence.temper(pairs)) for pairs in each]
    at = max(range(kinds), key=lambda kind: logs[kind])
    name = f"answers of kind {at + 1} of {kinds}"
    return _finding(name, each[at], evidence.mean(logs), None, needed)


def _slow(at: int) -> Hits:
    return lambda seen: seen.slow[at]


def _answered(at: int) -> Hits:
    return lambda seen: seen.answers[at]


def _pairs(windows: Sequence[Window], hits: Hits) -> list[Pair]:
    # Counts that belong together may be counted into two minutes.
    counts = ((seen.requests, min(hits(seen), seen.requests)) for w in windows for seen in w.both)
    return [Pair(*before, *after) for before, after in zip(counts, counts, strict=True)]


def _finding(
    name: str, pairs: Sequence[Pair], against: float, favour: float | None, needed: float
) -> Finding:
    return Finding(
        name,
        sum(p.stable_hits for p in pairs) / max(1, sum(p.stable for p in pairs)),
        sum(p.candidate_hits for p in pairs) / max(1, sum(p.candidate for p in pairs)),
        _capped(against),
        None if favour is None else _capped(favour),
        needed,
    )


def _capped(logarithm: float) -> float:
    """An e-value of its logarithm; what is beyond any doubt is no infinity."""
    return exp(min(logarithm, log(1e12)))
