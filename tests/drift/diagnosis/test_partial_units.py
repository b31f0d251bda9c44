"""Some values in another unit, and values beyond the range that are in none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest
from slipway_drift.diagnosis.partial_units import partial_units

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway_drift.diagnosis.scene import Scene


def some(every: int, cells: pl.Expr) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """Change one row of so many."""
    name = cells.meta.root_names()[0]
    mine = pl.int_range(pl.len()) % every == 0
    return lambda frame: frame.with_columns(
        pl.when(mine).then(cells).otherwise(pl.col(name)).alias(name)
    )


@pytest.mark.parametrize(
    ("every", "cells", "said"),
    [
        (5, pl.col("size") * 1000.0, "multiplied by 1,000"),
        (10, pl.col("height") * 100.0, "multiplied by 100"),
        (10, pl.col("size") * -1.0, "of the other sign"),
        (10, pl.col("degrees") + 273.15, "kelvins, where they were °C"),
    ],
)
def test_a_unit_of_some_rows_is_named(
    every: int, cells: pl.Expr, said: str, scene: Callable[..., Scene]
) -> None:
    held = scene(some(every, cells))
    (found,) = partial_units(held)
    assert found.cause == f"Another unit in some of the rows: the values are {said}"
    assert "lie beyond the baseline's range" in found.evidence
    assert found.explains == len(held.findings) > 0


@pytest.mark.parametrize(
    ("every", "cells"),
    [
        # A factor of no unit, one value again and again, a longer tail, all that has moved.
        (5, pl.col("size") * 50_000.0 + 7000),
        (5, pl.col("size") * 0 - 999.0),
        (5, pl.col("size") ** 2),
        (1, pl.col("size") * 1000.0),
    ],
)
def test_other_values_beyond_the_range_are_not(
    every: int, cells: pl.Expr, scene: Callable[..., Scene]
) -> None:
    held = scene(some(every, cells))
    assert held.findings
    assert not [*partial_units(held)]
