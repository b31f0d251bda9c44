"""All that a baseline is examined for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slipway_drift.doctor.answers import answers, labels
from slipway_drift.doctor.classes import classes
from slipway_drift.doctor.constants import constants
from slipway_drift.doctor.few_rows import few_rows
from slipway_drift.doctor.header import header
from slipway_drift.doctor.identifiers import identifiers
from slipway_drift.doctor.itself import itself
from slipway_drift.doctor.leakage import leakage
from slipway_drift.doctor.null_texts import null_texts
from slipway_drift.doctor.nulls import nulls
from slipway_drift.doctor.timestamps import timestamps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slipway_drift.doctor.issue import Issue
    from slipway_drift.doctor.subject import Subject

# What spoils everything comes first.
EXAMINATIONS: Final[tuple[Callable[[Subject], Iterator[Issue]], ...]] = (
    header,
    answers,
    labels,
    leakage,
    few_rows,
    itself,
    identifiers,
    timestamps,
    null_texts,
    constants,
    nulls,
    classes,
)


def examine(subject: Subject) -> tuple[Issue, ...]:
    """Say what is wrong with a baseline, the worst first; nothing where it has no rows."""
    if not subject.profile.item_count:
        return ()
    return tuple(issue for look in EXAMINATIONS for issue in look(subject))
