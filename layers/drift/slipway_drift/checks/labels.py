"""Labels are no answers: a model that was taught 0 and 1 answers with 0.37."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from slipway_drift.statistics.column import Column

MOST: Final = 20
ROWS_EACH: Final = 5


def are_labels(column: Column) -> bool:
    """Say whether few integers or texts are all that a column has."""
    counts, kind = column.values.counts, column.literals.inferred_type
    few = column.values.complete and 2 <= len(counts) <= MOST
    return (
        few
        and kind in ("Integral", "String")
        and len(counts) * ROWS_EACH <= column.literals.present
    )
