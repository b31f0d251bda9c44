"""A dataset's profile: one pass over its rows, in constant memory; shards' profiles merge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import polars as pl

from slipway_drift.column import Column
from slipway_drift.values import Values

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from slipway_drift.rows import Batch, Rejection

KEPT_REJECTIONS: Final = 20

Domains = Mapping[str, "Collection[str]"]


@dataclass(frozen=True, slots=True)
class Profile:
    """Every column of a dataset, in order, and how many records were rejected, by reason.

    `rejected` holds the first few; a caller that keeps them all gives `profile` a `keep`.
    """

    item_count: int = 0
    columns: tuple[Column, ...] = ()
    outputs: int = 0
    rejections: Mapping[str, int] = field(default_factory=dict)
    rejected: tuple[Rejection, ...] = ()

    def merge(self, other: Profile) -> Profile:
        """The profile of both shards' rows, this one's first.

        Counts, types, distinct counts, categories and extremes are those of the whole, exactly.
        Sums and deviations agree to rounding, and quantile sketches within `rank_error`: they
        depend on the order in which rows were seen.
        """
        theirs = {column.name: column for column in other.columns}
        ours = {column.name for column in self.columns}
        paired = [
            column.merge(theirs.get(column.name) or Column(column.name).missing(other.item_count))
            for column in self.columns
        ]
        late = [
            Column(column.name).missing(self.item_count).merge(column)
            for column in other.columns
            if column.name not in ours
        ]
        return Profile(
            self.item_count + other.item_count,
            (*paired, *late),
            max(self.outputs, other.outputs),
            dict(Counter(self.rejections) + Counter(other.rejections)),
            (*self.rejected, *other.rejected)[:KEPT_REJECTIONS],
        )


def profile(
    batches: Iterable[Batch],
    *,
    domains: Domains | None = None,
    keep: Callable[[Rejection], None] | None = None,
) -> Profile:
    """Profile rows in their order.

    `domains` names values to count exactly even in columns of many values; give it the
    baseline's (`Constraints.domains`) when the profile is to be checked. `keep` is called with
    each rejected record.
    """
    result = Profile()
    with ThreadPoolExecutor(pl.thread_pool_size() + 1) as workers:
        for batch in ahead(iter(batches), workers):
            for rejection in batch.rejections:
                if keep:
                    keep(rejection)
            result = extend(result, batch, domains or {}, workers)
    return result


def ahead(batches: Iterator[Batch], workers: Executor) -> Iterator[Batch]:
    """Read the next batch while the one before is worked on."""
    coming = workers.submit(next, batches, None)
    while (batch := coming.result()) is not None:
        coming = workers.submit(next, batches, None)
        yield batch


def extend(known: Profile, batch: Batch, domains: Domains, workers: Executor) -> Profile:
    """Take in the next batch: each column in its own thread."""
    rows = len(batch.frame)
    columns = {column.name: column for column in known.columns}
    for name in batch.frame.columns:
        if name not in columns:
            watched = Values(watched=frozenset(domains.get(name, ())))
            columns[name] = Column(name, values=watched).missing(known.item_count)

    def extended(column: Column) -> Column:
        if column.name not in batch.frame.columns:
            return column.missing(rows)
        return column.extend(batch.frame[column.name])

    return Profile(
        known.item_count + rows,
        tuple(workers.map(extended, columns.values())),
        max(known.outputs, batch.outputs),
        dict(Counter(known.rejections) + Counter(r.reason for r in batch.rejections)),
        (*known.rejected, *batch.rejections)[:KEPT_REJECTIONS],
    )
