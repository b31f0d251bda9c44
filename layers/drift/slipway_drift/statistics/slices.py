"""A window's rows by minute, by client and by variant: enough to say since when, and by whom."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import polars as pl

if TYPE_CHECKING:
    from slipway_drift.rows.batches import Batch

MINUTE, CLIENT, VARIANT = "minute", "client", "variant"
MOST: Final[Mapping[str, int]] = {MINUTE: 1500, CLIENT: 64, VARIANT: 64}
REST: Final = "…"
NO_DOMAINS: Final[Mapping[str, Collection[str]]] = MappingProxyType({})
WHOLE: Final = 3  # figures of a part


@dataclass(frozen=True, slots=True)
class Part:
    """Of one column's cells in a slice: how many there are, and how many numbers of which sum.

    Of texts with a domain all are counted, and the sum is how many of them the domain knows.
    """

    present: int = 0
    numbers: int = 0
    total: float = 0.0

    def merge(self, other: Part) -> Part:
        return Part(
            self.present + other.present, self.numbers + other.numbers, self.total + other.total
        )


@dataclass(frozen=True, slots=True)
class Slice:
    """The rows of one minute, one client or one variant, by the names of their columns."""

    rows: int = 0
    parts: Mapping[str, Part] = field(default_factory=dict)

    def merge(self, other: Slice) -> Slice:
        names = dict.fromkeys((*self.parts, *other.parts))
        parts = {name: self.part(name).merge(other.part(name)) for name in names}
        return Slice(self.rows + other.rows, parts)

    def part(self, name: str) -> Part:
        return self.parts.get(name, Part())


Slices = Mapping[tuple[str, str], Slice]


def joined(left: Slices, right: Slices) -> Slices:
    """The slices of both; of a kind that has too many, those that come late are one."""
    held = dict(left)
    kinds = {kind: sum(known[0] == kind for known in held) for kind in MOST}
    for (kind, name), piece in right.items():
        late = (kind, name) not in held and kinds[kind] >= MOST[kind]
        key = (kind, REST) if late else (kind, name)
        kinds[kind] += key not in held
        held[key] = held.get(key, Slice()).merge(piece)
    return held


def sliced(batch: Batch, domains: Mapping[str, Collection[str]] = NO_DOMAINS) -> Slices:
    """The slices of rows whose origin is known; a client that does not name itself is one, too."""
    if not batch.origins or not len(batch.frame):
        return {}
    minutes, clients = zip(*batch.origins, strict=True)
    variants = [batch.variant] * len(minutes)
    labels = ((MINUTE, minutes), (CLIENT, clients), (VARIANT, variants))
    return {
        key: piece
        for kind, names in labels
        if any(names)
        for key, piece in grouped(batch.frame, domains, kind, names).items()
    }


def grouped(
    frame: pl.DataFrame, domains: Mapping[str, Collection[str]], kind: str, names: Iterable[str]
) -> Slices:
    """One slice a name."""
    columns = frame.columns
    plain = frame.rename({name: str(i) for i, name in enumerate(columns)})
    known = [domains.get(name) for name in columns]
    figures = [figure for i, domain in enumerate(known) for figure in figures_of(str(i), domain)]
    table = plain.with_columns(pl.Series("name", list(names), pl.String))
    groups = table.group_by("name", maintain_order=True).agg(pl.len().alias("rows"), *figures)
    return {
        (kind, str(name)): Slice(rows, dict(zip(columns, parts_of(cells), strict=True)))
        for name, rows, *cells in groups.iter_rows()
    }


def figures_of(name: str, domain: Collection[str] | None) -> list[pl.Expr]:
    cell = pl.col(name)
    number = cell.cast(pl.Float64, strict=False)
    counted = number.filter(number.is_finite())
    if domain:
        counted = cell.drop_nulls().is_in(list(domain)).cast(pl.Float64)
    return [
        cell.count().alias(f"{name} present"),
        counted.count().alias(f"{name} numbers"),
        counted.sum().alias(f"{name} total"),
    ]


def parts_of(cells: list[Any]) -> list[Part]:
    return [Part(*cells[i : i + WHOLE]) for i in range(0, len(cells), WHOLE)]


def slices_document(slices: Slices) -> list[list[object]]:
    """Write slices; the order of what is written is theirs."""
    return [
        [
            *key,
            piece.rows,
            {name: [part.present, part.numbers, part.total] for name, part in piece.parts.items()},
        ]
        for key, piece in slices.items()
    ]


def read_slices(held: Iterable[Any]) -> Slices:
    return {
        (kind, name): Slice(rows, {column: Part(*figures) for column, figures in parts.items()})
        for kind, name, rows, parts in held
    }
