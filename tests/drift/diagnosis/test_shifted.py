"""Columns that moved up, moved down, and changed places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from slipway_drift.diagnosis.shifted import shifted

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl
    from slipway_drift.diagnosis.scene import Scene


def rolled(step: int) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """Each column under the name of the one `step` after it."""

    def change(frame: pl.DataFrame) -> pl.DataFrame:
        names = frame.columns
        taken = [names[(place - step) % len(names)] for place in range(len(names))]
        return frame.select(taken).rename(dict(zip(taken, names, strict=True)))

    return change


@pytest.mark.parametrize(("step", "side"), [(1, "before"), (-1, "after")])
def test_columns_that_are_their_neighbours(
    step: int, side: str, scene: Callable[..., Scene]
) -> None:
    held = scene(rolled(step))
    (found,) = shifted(held)
    assert set(found.columns) == {feature.name for feature in held.features}
    assert found.explains == len(held.findings)
    assert f"in the column {side}" in found.evidence


def test_answers_that_may_stand_last_are_asked_for(scene: Callable[..., Scene]) -> None:
    (found,) = shifted(scene(rolled(1), answers_known=False))
    assert "`outputs: last`" in found.evidence
    (found,) = shifted(scene(rolled(1)))
    assert "`outputs: last`" not in found.evidence


def test_columns_two_places_away_are_not_shifted_by_one(scene: Callable[..., Scene]) -> None:
    assert not [*shifted(scene(rolled(2)))]
