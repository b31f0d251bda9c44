"""A dataset's profile: one pass over its rows, in constant memory; shards' profiles merge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, TypeVar

import polars as pl

from slipway_drift.rows.pairing import partners
from slipway_drift.statistics.column import Column
from slipway_drift.statistics.slices import Slices, joined, sliced
from slipway_drift.statistics.values import Values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from slipway_drift.rows.batches import Batch, Rejection

KEPT_REJECTIONS: Final = 20

Item = TypeVar("Item")
Domains = Sequence[tuple[str, Collection[str]]]


@dataclass(frozen=True, slots=True)
class Profile:
    """Every column of a dataset, in order, and how many records were read, and rejected, by
    reason.

    `by_name`: the columns come sorted by name, a model's outputs first. `rejected` holds the
    first few records; a caller that keeps them all gives `profile` a `keep`. `slices` are the rows
    of captures by minute, by client and by variant.
    """

    item_count: int = 0
    columns: tuple[Column, ...] = ()
    by_name: bool = False
    rejections: Mapping[str, int] = field(default_factory=dict)
    rejected: tuple[Rejection, ...] = ()
    records: int = 0
    slices: Slices = field(default_factory=dict)

    def merge(self, other: Profile) -> Profile:
        """The profile of both shards' rows, this one's first.

        Counts, types, distinct counts, categories and extremes are those of the whole, exactly.
        Sums and deviations agree to rounding, and quantile sketches within `rank_error`: they
        depend on the order in which rows were seen.
        """
        theirs = {column.name: column for column in other.columns}
        ours = {column.name for column in self.columns}
        paired = [
            column.merge(theirs.get(column.name) or column.none(other.item_count))
            for column in self.columns
        ]
        late = [
            column.none(self.item_count).merge(column)
            for column in other.columns
            if column.name not in ours
        ]
        by_name = both_by_name(self, added=other.by_name, columns=len(other.columns))
        return Profile(
            self.item_count + other.item_count,
            arranged((*paired, *late), by_name=by_name),
            by_name,
            dict(Counter(self.rejections) + Counter(other.rejections)),
            (*self.rejected, *other.rejected)[:KEPT_REJECTIONS],
            self.records + other.records,
            joined(self.slices, other.slices),
        )

    def renamed(self, names: Sequence[str]) -> Profile:
        """The same columns under the baseline's names and in its order, as Model Monitor's are."""
        ours = [column.name for column in self.columns]
        paired = partners(ours, names, by_name=self.by_name)
        given = [
            column if index is None else replace(column, name=names[index])
            for column, index in zip(self.columns, paired, strict=True)
        ]
        last = len(names)
        order = sorted(range(len(given)), key=lambda i: last if (at := paired[i]) is None else at)
        return replace(self, columns=tuple(given[i] for i in order))

    def outputs_last(self) -> Profile:
        """The same columns with the predictions at the end (`output_columns_position` END)."""
        return replace(self, columns=tuple(sorted(self.columns, key=lambda column: column.output)))


def both_by_name(known: Profile, *, added: bool, columns: int) -> bool:
    """Say whether order means nothing in either part; a part without columns has no say."""
    if not columns:
        return known.by_name
    return added and (known.by_name or not known.columns)


def arranged(columns: Iterable[Column], *, by_name: bool) -> tuple[Column, ...]:
    """Put predictions first, and sort by name what has no order of its own."""
    return tuple(
        sorted(columns, key=lambda column: (not column.output, column.name if by_name else ""))
    )


def profile(
    batches: Iterable[Batch],
    *,
    domains: Domains = (),
    keep: Callable[[Rejection], None] | None = None,
) -> Profile:
    """Profile rows in their order.

    `domains` lists values to count exactly even in columns of many values; give it the
    baseline's (`Constraints.domains`) when the profile is to be checked. `keep` is called with
    each rejected record.
    """
    grouped = (("", batch) for batch in batches)
    return profiles(grouped, domains=domains, keep=keep).get("", Profile())


def profiles(
    batches: Iterable[tuple[str, Batch]],
    *,
    domains: Domains = (),
    keep: Callable[[Rejection], None] | None = None,
) -> dict[str, Profile]:
    """Profile the rows of each group apart, in one pass: of each variant, say, or each model."""
    held: dict[str, Profile] = {}
    with ThreadPoolExecutor(pl.thread_pool_size() + 1) as workers:
        for group, batch in ahead(iter(batches), workers):
            for rejection in batch.rejections:
                if keep:
                    keep(rejection)
            held[group] = extend(held.get(group, Profile()), batch, domains, workers)
    return held


def ahead(batches: Iterator[Item], workers: Executor) -> Iterator[Item]:
    """Read the next batch while the one before is worked on."""
    coming = workers.submit(next, batches, None)
    while (batch := coming.result()) is not None:
        coming = workers.submit(next, batches, None)
        yield batch


def extend(known: Profile, batch: Batch, domains: Domains, workers: Executor) -> Profile:
    """Take in the next batch: each column in its own thread."""
    cells = {series.name: series for series in batch.frame.get_columns()}
    columns = {column.name: column for column in known.columns}
    late = [(position, name) for position, name in enumerate(cells) if name not in columns]
    asked = dict(domains)
    paired = partners(list(cells), list(asked), by_name=batch.by_name) if late else []
    for position, name in late:
        index = paired[position]
        partner = () if index is None else domains[index][1]
        watched = Values(watched=frozenset((*asked.get(name, ()), *partner)))
        column = Column(name, position < batch.outputs, values=watched)
        columns[name] = column.missing(known.item_count)

    def extended(column: Column) -> Column:
        if column.name not in cells:
            return column.missing(len(batch.frame))
        return column.extend(cells[column.name])

    by_name = both_by_name(known, added=batch.by_name, columns=len(cells))
    return Profile(
        known.item_count + len(batch.frame),
        arranged(workers.map(extended, columns.values()), by_name=by_name),
        by_name,
        dict(Counter(known.rejections) + Counter(r.reason for r in batch.rejections)),
        (*known.rejected, *batch.rejections)[:KEPT_REJECTIONS],
        known.records + batch.records,
        joined(known.slices, sliced(batch, asked)),
    )
