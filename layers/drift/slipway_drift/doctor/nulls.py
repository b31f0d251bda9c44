"""Values that are missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway_drift.doctor.issue import Issue
from slipway_drift.statistics.statistics_document import categories

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway_drift.doctor.subject import Subject
    from slipway_drift.statistics.column import Column


def nulls(subject: Subject) -> Iterator[Issue]:
    """Tell of columns that are complete in part; empty ones are told of elsewhere."""
    for column in subject.profile.columns:
        missing = column.literals.missing
        if missing and column.literals.present:
            yield Issue(
                "nulls",
                column.name,
                f"{missing:,} of {column.literals.rows:,} rows ({1 - column.completeness:.2%}) "
                "have no value",
                consequence(subject, column),
                "fill them as requests do, or take only rows that have one; leave it where "
                "requests lack as many",
            )


def consequence(subject: Subject, column: Column) -> str:
    share = 1 - column.completeness
    allowed = f"requests may lack {share:.2%} of the values without a word"
    if categories(column) and share > subject.limits.ks:
        return f"{allowed}, and requests that lack none violate the distribution"
    return allowed
