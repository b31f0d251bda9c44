"""Too few rows to judge anything by."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from slipway_drift.checks.own import CHECKS
from slipway_drift.doctor.issue import Issue
from slipway_drift.report.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway_drift.doctor.subject import Subject


def few_rows(subject: Subject) -> Iterator[Issue]:
    """Tell what could be found at best where that is more than the limit asks for."""
    rows, limits = subject.profile.item_count, subject.limits
    level = limits.level / (len(CHECKS) * max(1, len(subject.profile.columns)))
    smallest = smallest_gap(rows, level)
    if smallest <= limits.ks:
        return
    found = (
        f"no shift of a distribution can be found below {smallest:.2f} of 1, however many "
        f"requests there are; {limits.ks:g} is the limit"
        if smallest < 1
        else "no shift of a distribution can be told from chance, however many requests there are"
    )
    yield Issue(
        "few rows",
        "",
        plural(rows, "row"),
        found,
        f"give {rows_for(limits.ks, level):,} rows or more",
    )


def smallest_gap(rows: int, level: float) -> float:
    """The distance that `evidence.chance_of_gap` believes of these rows and endlessly many."""
    return math.sqrt((1.0 - math.log(level)) / (2.0 * rows))


def rows_for(gap: float, level: float) -> int:
    return math.ceil((1.0 - math.log(level)) / (2.0 * gap * gap))
