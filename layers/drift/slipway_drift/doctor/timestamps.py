"""Points in time, which later rows have passed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slipway_drift.doctor.issue import Issue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway_drift.doctor.subject import Subject
    from slipway_drift.statistics.column import Column

MOST: Final = 0.95
FEWEST: Final = 2
DATED: Final = r"^\d{4}[-/]\d{1,2}[-/]\d{1,2}(?:[T ].*)?$|^\d{1,2}[-/.]\d{1,2}[-/.]\d{4}(?: .*)?$"
NAMED: Final = re.compile(
    r"(?i)(?:.*[_.\- ])?(?:time|timestamp|ts|date|datetime|epoch|created|updated|modified|at)"
    r"(?:[_.\- ](?:ms|s|at|utc|sec|millis))?"
)
YEAR_2000, YEAR_2100 = 946_684_800, 4_102_444_800
UNITS: Final = (1, 1_000, 1_000_000, 1_000_000_000)  # seconds and what is counted in their parts


def timestamps(subject: Subject) -> Iterator[Issue]:
    """Tell of dates, and of seconds since 1970 where the name says that they are such."""
    for column in subject.inputs:
        if is_time(subject, column):
            yield Issue(
                "timestamp",
                column.name,
                f"values such as {subject.cells(column.name)[0]} are points in time",
                "later requests lie behind all that the baseline has, and only ever violate",
                "leave the column out, or give what the model makes of it: an hour, a week day, "
                "an age",
            )


def is_time(subject: Subject, column: Column) -> bool:
    cells = subject.cells(column.name)
    if len(cells) < FEWEST or cells.n_unique() < FEWEST:
        return False
    if column.literals.inferred_type == "String":
        return float(cells.str.contains(DATED).mean() or 0.0) > MOST  # type: ignore[arg-type]
    return column.is_numeric and bool(NAMED.fullmatch(column.name)) and is_epoch(column)


def is_epoch(column: Column) -> bool:
    low, high = column.numbers.moments.min, column.numbers.moments.max
    return any(YEAR_2000 * unit <= low and high <= YEAR_2100 * unit for unit in UNITS)
