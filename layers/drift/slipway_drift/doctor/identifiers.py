"""Columns in which every row has a value of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slipway_drift.doctor.issue import Issue
from slipway_drift.doctor.timestamps import is_time
from slipway_drift.statistics.statistics_document import FEW_VALUES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway_drift.doctor.subject import Subject
    from slipway_drift.statistics.column import Column

FEWEST: Final = 30
ERROR: Final = 0.8  # the estimate of distinct values may be off by four deviations
NAMED: Final = re.compile(r"(?:.*[_.\- ])?(?:id|uuid|guid|key|ids)\d*|.*[a-z]I[Dd]|id")


def identifiers(subject: Subject) -> Iterator[Issue]:
    """Tell of unique texts, and of unique integers that run on, are dense, or are called an id."""
    for column in subject.inputs:
        if is_identifier(subject, column) and not is_time(subject, column):
            yield Issue(
                "identifier",
                column.name,
                f"each of {column.literals.present:,} rows has a value of its own",
                consequence(column),
                "leave the column out of the baseline, and of requests where the model needs none",
            )


def consequence(column: Column) -> str:
    if column.is_numeric:
        return "later ones are other values by nature, and violate range and distribution"
    if column.distinct <= FEW_VALUES:
        return "later ones are unknown to the baseline by nature, and only ever violate"
    return "later ones are never known, and nothing of them can be compared"


def is_identifier(subject: Subject, column: Column) -> bool:
    kind, cells = column.literals.inferred_type, subject.cells(column.name)
    if kind not in ("Integral", "String") or len(cells) < FEWEST or not cells.is_unique().all():
        return False
    if column.distinct < ERROR * column.literals.present:
        return False
    return kind == "String" or counts_on(column) or bool(NAMED.fullmatch(column.name))


def counts_on(column: Column) -> bool:
    """Say whether the integers fill most of their range, as numbers given one after another do."""
    numbers = column.numbers.moments
    return numbers.max - numbers.min < 2 * column.literals.present
