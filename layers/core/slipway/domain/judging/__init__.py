"""Stub of the judgement."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Seen:
    requests: int
    errors: int
    rejected: int = 0
    slow: tuple[int, ...] = ()
    answers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    began: float
    ended: float
    share: float
    stable: Seen
    candidate: Seen


class Verdict(StrEnum):
    PROMOTE = "promote"
    RETREAT = "retreat"
    INCONCLUSIVE = "inconclusive"
    BLIND = "blind"


@dataclass(frozen=True, slots=True)
class Criteria:
    min_requests: int = 500
    quantiles: tuple[float, ...] = (0.5, 0.9, 0.99)

    def slower(self, limits: tuple[float, ...]) -> tuple[float, ...]:
        return tuple(limit * 1.2 for limit in limits)


DEFAULT = Criteria()


@dataclass(frozen=True, slots=True)
class Judgement:
    verdict: Verdict
    words: str


def judge(criteria: Criteria, windows: tuple[Window, ...]) -> Judgement:
    candidate = sum(w.candidate.requests for w in windows)
    errors = sum(w.candidate.errors for w in windows)
    if candidate == 0:
        return Judgement(Verdict.BLIND, "nothing was measured of the candidate")
    if candidate < criteria.min_requests:
        return Judgement(Verdict.INCONCLUSIVE, f"{candidate} requests are too few")
    if errors > 0.01 * candidate:
        return Judgement(Verdict.RETREAT, f"{errors} of {candidate} requests failed")
    return Judgement(Verdict.PROMOTE, f"{errors} of {candidate} requests failed")
