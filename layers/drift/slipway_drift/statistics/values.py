"""Exact counts of a column's values, for as long as there are few of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

MANY: Final = 1024


@dataclass(frozen=True, slots=True)
class Values:
    """How often each value occurs: of all values, or (not complete) of the watched ones only.

    Merged shards have the same counts as the whole; which shard came first shows only in their
    order.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    complete: bool = True
    watched: frozenset[str] = frozenset()

    def extend(self, seen: Mapping[str, int], *, complete: bool = True) -> Values:
        """Add counts; `complete` says that `seen` holds every value, not just watched ones."""
        counts = dict(self.counts)
        for value, times in seen.items():
            counts[value] = counts.get(value, 0) + times
        if complete and self.complete and len(counts) <= MANY:
            return Values(counts, watched=self.watched)
        kept = {value: times for value, times in counts.items() if value in self.watched}
        return Values(kept, complete=False, watched=self.watched)

    def merge(self, other: Values) -> Values:
        """The counts of both; a value stays watched where both knew its count."""
        shared = Values(self.counts, self.complete, self.known(other))
        return shared.extend(other.counts, complete=other.complete)

    def known(self, other: Values) -> frozenset[str]:
        if self.complete and other.complete:
            return self.watched | other.watched
        if self.complete:
            return other.watched
        return self.watched if other.complete else self.watched & other.watched
