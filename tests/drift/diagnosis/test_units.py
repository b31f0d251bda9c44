"""Units that are named, and changes that look like one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest
from slipway_drift.diagnosis.units import units

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway_drift.diagnosis.scene import Scene


def times(name: str, factor: float, offset: float = 0.0) -> Callable[[pl.DataFrame], pl.DataFrame]:
    return lambda frame: frame.with_columns(pl.col(name) * factor + offset)


@pytest.mark.parametrize(
    ("column", "factor", "offset", "said"),
    [
        ("size", 1000.0, 0.0, "multiplied by 1,000"),
        ("size", 0.001, 0.0, "multiplied by 1/1,000"),
        ("score", 100.0, 0.0, "multiplied by 100"),
        ("degrees", 1.8, 32.0, "°F, where they were °C"),
        ("degrees", 1.0, 273.15, "kelvins, where they were °C"),
        ("degrees", -1.0, 0.0, "of the other sign"),
        ("height", 3.2808399, 0.0, "feet, where they were metres"),
    ],
)
def test_a_unit_is_named(
    column: str, factor: float, offset: float, said: str, scene: Callable[..., Scene]
) -> None:
    held = scene(times(column, factor, offset))
    (found,) = units(held)
    assert (found.cause, found.columns) == (f"Another unit: the values are {said}", (column,))
    assert found.explains == len(held.findings) > 0


@pytest.mark.parametrize(
    ("column", "factor", "offset"),
    [("size", 2.0, 0.0), ("size", 500.0, 0.0), ("degrees", 1.5, 0.0), ("height", 3.0, 0.0)],
)
def test_what_is_near_a_unit_is_none(
    column: str, factor: float, offset: float, scene: Callable[..., Scene]
) -> None:
    held = scene(times(column, factor, offset))
    assert held.findings
    assert not [*units(held)]


def test_columns_of_one_unit_have_one_cause(scene: Callable[..., Scene]) -> None:
    def both(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(pl.col("size", "height") * 1000.0)

    (found,) = units(scene(both))
    assert found.columns == ("size", "height")
