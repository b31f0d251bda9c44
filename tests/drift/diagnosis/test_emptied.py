"""Columns without values: one, several, and in part."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from slipway_drift.diagnosis.emptied import emptied

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway_drift.diagnosis.scene import Scene


def without(share: int, *names: str) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """One row of `share` keeps its value."""
    kept = pl.int_range(pl.len()) % share == 1
    return lambda frame: frame.with_columns(pl.when(kept).then(pl.col(*names)))


def test_a_column_that_is_gone(scene: Callable[..., Scene]) -> None:
    (found,) = emptied(scene(without(1, "size")))
    assert (found.cause, found.columns) == ("A column has no value any more", ("size",))
    assert found.evidence == "600 of 600 rows lack it."


def test_columns_that_are_gone_together(scene: Callable[..., Scene]) -> None:
    (found,) = emptied(scene(without(3, "size", "height")))
    assert (found.cause, found.columns) == ("Columns lack values together", ("size", "height"))
    assert found.evidence == "400 of 600 rows lack each of them."


def test_some_values_that_are_missing_have_no_cause(scene: Callable[..., Scene]) -> None:
    held = scene(without(3, "size"))
    assert held.findings
    assert not [*emptied(held)]
