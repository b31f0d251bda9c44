"""A baseline that does not pass its own checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway_drift.checks.beyond import unreadable
from slipway_drift.checks.check import check
from slipway_drift.checks.suggest import suggest
from slipway_drift.doctor.issue import Issue
from slipway_drift.report.words import shortened
from slipway_drift.statistics.statistics_document import read_statistics, statistics

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway_drift.doctor.subject import Subject


def itself(subject: Subject) -> Iterator[Issue]:
    """Hold the baseline against the constraints that it suggests."""
    held = subject.profile
    found = check(held, suggest(held), read_statistics(statistics(held)))
    for violation in (*found.violations, *unreadable(held, subject.limits)):
        yield Issue(
            "violates itself",
            violation.feature or "",
            shortened(violation.description).rstrip("."),
            "requests like the baseline's own rows violate, too",
            "write all values of a column in one way (`1.0` beside `2.5`), or lower the threshold",
        )
