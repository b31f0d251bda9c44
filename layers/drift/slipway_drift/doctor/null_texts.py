"""Words that mean that nothing is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slipway_drift.doctor.issue import Issue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway_drift.doctor.subject import Subject
    from slipway_drift.statistics.column import Column

WORDS: Final = frozenset(
    {"nan", "null", "none", "n/a", "na", "#n/a", "nil", "<na>", "nat", "undefined", "?", "-"}
)


def null_texts(subject: Subject) -> Iterator[Issue]:
    """Tell of columns in which such words stand as texts."""
    for column in subject.profile.columns:
        words = {text for text in texts_of(column) if text.strip().lower() in WORDS}
        if not words:
            continue
        counts = column.literals
        numbers = counts.integral + counts.fractional > counts.present / 2
        yield Issue(
            "null text",
            column.name,
            f"{how_many(column, words)} {', '.join(map(repr, sorted(words)))} as a text",
            "the whole column counts as text, and its numbers are not compared"
            if numbers
            else "it counts as a value like any other, and a missing one is never the same",
            "write missing values as empty cells",
        )


def texts_of(column: Column) -> set[str]:
    counted = column.values.counts if column.values.complete else ()
    return {*counted, *column.examples.get("String", ())}


def how_many(column: Column, words: set[str]) -> str:
    if not column.values.complete:
        return "some rows have"
    count = sum(column.values.counts[word] for word in words)
    return f"{count:,} of {column.literals.rows:,} rows have"
