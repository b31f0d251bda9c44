"""What was seen of two versions in the same time: counts, which are exact."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Seen:
    """What one version was asked in a window, and how it answered.

    `errors` were answered by a 5XX status and `rejected` by a 4XX. `slow` counts the answers that
    took longer than each limit, and `answers` how often each class, or bin of scores, was answered;
    nothing where that was not measured.
    """

    requests: int
    errors: int
    rejected: int = 0
    slow: tuple[int, ...] = ()
    answers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """Both versions between two moments, in epoch seconds; `share` is the candidate's share of the
    traffic."""

    began: float
    ended: float
    share: float
    stable: Seen
    candidate: Seen

    @property
    def both(self) -> tuple[Seen, Seen]:
        """The stable version, and the candidate."""
        return self.stable, self.candidate


@dataclass(frozen=True, slots=True)
class Pair:
    """Of so many requests to the stable version and to the candidate so many were hits."""

    stable: int
    stable_hits: int
    candidate: int
    candidate_hits: int
