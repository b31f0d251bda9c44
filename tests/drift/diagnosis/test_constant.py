"""Answers that are all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from slipway_drift.diagnosis.constant import constant

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway_drift.diagnosis.scene import Scene


def test_a_model_that_answers_the_same(scene: Callable[..., Scene]) -> None:
    (found,) = constant(scene(lambda frame: frame.with_columns(score=pl.lit(0.25))))
    assert (found.cause, found.columns) == ("The model answers a constant", ("score",))
    assert found.evidence == "All 600 answers are 0.25; the baseline's vary."


def test_an_input_that_is_the_same_is_no_answer(scene: Callable[..., Scene]) -> None:
    held = scene(lambda frame: frame.with_columns(size=pl.lit(0.25)))
    assert held.findings
    assert not [*constant(held)]
