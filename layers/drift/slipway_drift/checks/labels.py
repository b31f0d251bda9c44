"""Labels are no answers: a model that was taught 0 and 1 answers with 0.37."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from slipway_drift.checks.violations import Violation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slipway_drift.checks.check import FeatureCheck
    from slipway_drift.statistics.column import Column
    from slipway_drift.statistics.statistics_document import FeatureStatistics

CHECK: Final = "labels_check"
MOST: Final = 20
ROWS_EACH: Final = 5


def are_labels(column: Column) -> bool:
    """Say whether few whole numbers or texts are all that a column has."""
    counts = column.values.counts
    numbers = (float(text.replace(" ", "")) for text in counts)
    values = numbers if column.is_numeric else counts
    return column.values.complete and are_few(values, len(counts), column.literals.present)


def had_labels(known: FeatureStatistics) -> bool:
    """The same of what a baseline's file says."""
    if known.sketch is None:
        return are_few(known.categories, len(known.categories), known.present)
    values = np.unique(known.sketch.weighted()[0]).tolist()
    return are_few(values, len(values), known.present)


def are_few(values: Iterable[object], count: int, rows: int) -> bool:
    few = 2 <= count <= MOST and count * ROWS_EACH <= rows
    return few and not any(isinstance(held, float) and held % 1 for held in values)


def are_scores(column: Column) -> bool:
    """Say whether a column holds numbers between 0 and 1 of more kinds than labels have."""
    numbers = column.numbers.moments
    inside = column.is_numeric and numbers.count and numbers.min >= 0 and numbers.max <= 1
    return bool(inside) and column.distinct > MOST


def labels_violation(feature: FeatureCheck) -> Violation | None:
    """Tell of answers that are scores where the baseline has labels; None where they are not."""
    if feature.role != "prediction" or not had_labels(feature.baseline):
        return None
    if not are_scores(feature.current):
        return None
    return Violation(
        CHECK,
        "The baseline holds labels, not answers: the scores between 0 and 1 that the model answers "
        "with are not compared. Put what it answers to the baseline's rows in their place.",
        feature.name,
    )
