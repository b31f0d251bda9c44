"""What is known of one column: everything the documents need, in a form that merges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from slipway_drift.statistics import distinct, literals
from slipway_drift.statistics.literals import LiteralCounts, LiteralType
from slipway_drift.statistics.moments import Moments
from slipway_drift.statistics.sketch import Sketch
from slipway_drift.statistics.values import MANY, Values

if TYPE_CHECKING:
    from slipway_drift.statistics.distinct import Registers
    from slipway_drift.statistics.sketch import Floats

EXAMPLES: Final = 5
LONGEST_EXAMPLE: Final = 80
SAMPLE: Final = 4 * MANY

Examples = Mapping[LiteralType, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers among a column's literals."""

    moments: Moments = field(default_factory=Moments)
    sketch: Sketch = field(default_factory=Sketch)

    def extend(self, values: Floats) -> Numbers:
        return Numbers(self.moments.extend(values), self.sketch.extend(values))

    def merge(self, other: Numbers) -> Numbers:
        return Numbers(self.moments.merge(other.moments), self.sketch.merge(other.sketch))


@dataclass(frozen=True, slots=True)
class Column:
    """One column's profile; `output` says that it is a model's prediction."""

    name: str
    output: bool = False
    literals: LiteralCounts = field(default_factory=LiteralCounts)
    numbers: Numbers = field(default_factory=Numbers)
    registers: Registers = field(default_factory=distinct.no_registers)
    values: Values = field(default_factory=Values)
    examples: Examples = field(default_factory=dict)

    @property
    def completeness(self) -> float:
        """The share of rows that have a value; 1.0 for no rows at all."""
        rows = self.literals.rows
        return self.literals.present / rows if rows else 1.0

    @property
    def is_numeric(self) -> bool:
        """Say whether all literals are numbers, so that the column is one of numbers."""
        return self.literals.inferred_type in ("Integral", "Fractional")

    @property
    def distinct(self) -> int:
        return distinct.estimate(self.registers)

    def none(self, rows: int) -> Column:
        """A column of the same name that has no value in `rows` rows."""
        watched = Values(watched=self.values.watched)
        return Column(self.name, self.output, values=watched).missing(rows)

    def missing(self, rows: int) -> Column:
        """The same column with `rows` more rows in which it has no value."""
        return replace(self, literals=self.literals.merge(LiteralCounts(missing=rows)))

    def extend(self, cells: pl.Series) -> Column:
        """Take in the next rows' raw texts (String, null where there is none)."""
        present = cells.drop_nulls()
        if not len(present):
            return self.missing(len(cells))
        texts, weights = self.grouped(present)
        masks = literals.classify(texts, self.literals.inferred_type)
        counted = literals.count(masks, weights, len(cells) - len(present))
        return Column(
            self.name,
            self.output,
            self.literals.merge(counted),
            self.numbers.extend(numeric_values(present, counted)),
            distinct.observe(self.registers, texts),
            self.counted(texts, weights),
            joined_examples(self.examples, find_examples(texts, masks)),
        )

    def grouped(self, present: pl.Series) -> tuple[pl.Series, pl.Series | None]:
        """Group equal texts, with their counts, where the column has but few values."""
        if not self.values.complete or present.head(SAMPLE).n_unique() > MANY:
            return present, None
        groups = present.to_frame("text").group_by("text", maintain_order=True).len("times")
        if len(groups) > MANY:
            return present, None
        return groups["text"], groups["times"]

    def counted(self, texts: pl.Series, weights: pl.Series | None) -> Values:
        if weights is not None:
            return self.values.extend(dict(zip(texts, weights, strict=True)))
        if not self.values.watched:
            return self.values.extend({}, complete=False)
        watched = texts.filter(texts.is_in(list(self.values.watched))).value_counts()
        return self.values.extend(dict(watched.iter_rows()), complete=False)

    def merge(self, other: Column) -> Column:
        """The column of both shards' rows, this one's first."""
        return Column(
            self.name,
            self.output or other.output,
            self.literals.merge(other.literals),
            self.numbers.merge(other.numbers),
            distinct.merge(self.registers, other.registers),
            self.values.merge(other.values),
            joined_examples(self.examples, other.examples),
        )


def numeric_values(present: pl.Series, counted: LiteralCounts) -> Floats:
    """Read the numbers among the texts, in their order."""
    if not counted.integral and not counted.fractional:
        return np.empty(0)
    if counted.string or counted.boolean:
        present = present.filter(present.str.contains(literals.NUMERIC))
    return parse(present)


def parse(texts: pl.Series) -> Floats:
    """Read numeric literals as float64; what overflows, or is `- 5`, is no value (as in Spark)."""
    numbers = texts.cast(pl.Float64, strict=False)
    if numbers.null_count():
        numbers = texts.str.strip_chars(" ").cast(pl.Float64, strict=False).drop_nulls()
    values: Floats = numbers.to_numpy()
    finite = np.isfinite(values)
    return values if finite.all() else values[finite]


def find_examples(texts: pl.Series, masks: Mapping[LiteralType, pl.Series]) -> Examples:
    """A few of the first literals of each type."""
    found: dict[LiteralType, tuple[str, ...]] = {}
    for kind, mask in masks.items():
        first = texts.head(SAMPLE).filter(mask.head(SAMPLE)).head(EXAMPLES)
        first = first if len(first) else texts.filter(mask).head(EXAMPLES)
        found[kind] = tuple(dict.fromkeys(text[:LONGEST_EXAMPLE] for text in first))
    return found


def joined_examples(left: Examples, right: Examples) -> Examples:
    return {
        kind: tuple(dict.fromkeys((*left.get(kind, ()), *right.get(kind, ()))))[:EXAMPLES]
        for kind in literals.LITERAL_TYPES
        if kind in left or kind in right
    }
