"""Columns without a second value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway_drift.doctor.issue import Issue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway_drift.doctor.subject import Subject
    from slipway_drift.statistics.column import Column


def constants(subject: Subject) -> Iterator[Issue]:
    """Tell of columns of one value, and of none."""
    for column in subject.profile.columns:
        if not column.literals.present:
            yield Issue(
                "empty",
                column.name,
                "no row has a value",
                "its type is unknown, and nothing of it can be compared",
                "leave the column out, or fill it as requests do",
            )
        elif subject.profile.item_count > 1 and is_constant(column):
            yield Issue(
                "constant",
                column.name,
                f"all values are {value_of(column)}",
                "any other value leaves the range or is unknown, and violates",
                "take rows in which it varies as in requests, or leave the column out",
            )


def is_constant(column: Column) -> bool:
    if column.is_numeric:
        return column.numbers.moments.min == column.numbers.moments.max
    return column.values.complete and len(column.values.counts) == 1


def value_of(column: Column) -> str:
    texts = (text for held in column.examples.values() for text in held)
    return repr(next(texts, ""))
