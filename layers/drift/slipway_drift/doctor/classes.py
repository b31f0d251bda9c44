"""Classes that are written as numbers."""

from __future__ import annotations

import math
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from slipway_drift.doctor.issue import Issue

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slipway_drift.doctor.subject import Subject
    from slipway_drift.statistics.column import Column

FEWEST, MOST = 3, 20
ROWS_EACH: Final = 5
LONGEST: Final = 18  # digits; what has more is no class
SURE: Final = 4.0  # deviations
NAMED: Final = re.compile(
    r"(?i)(?:.*[_.\- ])?(?:class|type|kind|category|cat|code|cluster|segment|region|zone|status"
    r"|group|color|colour|brand|species|gender|sex|country|state)(?:[_.\- ]?(?:id|code|no))?\d*"
)


def classes(subject: Subject) -> Iterator[Issue]:
    """Tell of few integers that are called a class, or whose counts rise again after they fell."""
    for column in subject.inputs:
        counts = integers(column)
        if len(counts) not in range(FEWEST, MOST + 1) or not is_class(column, counts):
            continue
        yield Issue(
            "class as integer",
            column.name,
            f"{len(counts)} different integers, {min(counts)} to {max(counts)}",
            "they are compared as amounts: a class that is new between them is no unknown value",
            "give it as text in the baseline and in requests (`c3`, not `3`) where it is no amount",
        )


def integers(column: Column) -> dict[int, int]:
    """Count each of few integers; nothing where there are others, or few rows of each."""
    counts = column.values.counts
    few = column.values.complete and len(counts) * ROWS_EACH <= column.literals.present
    if column.literals.inferred_type != "Integral" or not few:
        return {}
    if max(map(len, counts), default=0) > LONGEST:
        return {}
    return {int(value.replace(" ", "")): count for value, count in counts.items()}


def is_class(column: Column, counts: dict[int, int]) -> bool:
    return bool(NAMED.fullmatch(column.name)) or has_dip(
        [counts[value] for value in sorted(counts)]
    )


def has_dip(counts: Sequence[int]) -> bool:
    """Say whether counts surely fall and rise again, as those of amounts hardly do."""
    fell = False
    for before, after in pairwise(counts):
        apart = (after - before) / math.sqrt(after + before)
        if fell and apart > SURE:
            return True
        fell = fell or apart < -SURE
    return False
