"""Values that are called otherwise, and values that are only new or only gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from slipway_drift.diagnosis.replaced import replaced

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway_drift.diagnosis.scene import Scene


def called(names: dict[str, str]) -> Callable[[pl.DataFrame], pl.DataFrame]:
    return lambda frame: frame.with_columns(pl.col("kind").replace(names))


def test_a_category_is_called_otherwise(scene: Callable[..., Scene]) -> None:
    held = scene(called({"b": "beta"}))
    (found,) = replaced(held)
    assert (found.cause, found.columns) == ("A category is called otherwise", ("kind",))
    assert "'beta' (" in found.evidence
    assert "'b' (" in found.evidence
    assert found.explains == len(held.findings)


def test_several_are(scene: Callable[..., Scene]) -> None:
    (found,) = replaced(scene(called({"a": "A", "d": "D"})))
    assert found.cause == "2 categories are called otherwise"


def test_a_value_that_is_gone_is_no_other_name(scene: Callable[..., Scene]) -> None:
    held = scene(lambda frame: frame.filter(pl.col("kind") != "a"))
    assert held.findings
    assert not [*replaced(held)]


def test_a_value_that_is_gone_and_one_of_another_size_are_two_things(
    scene: Callable[..., Scene],
) -> None:
    held = scene(called({"a": "d", "d": "new"}))
    assert held.findings
    assert not [*replaced(held)]
