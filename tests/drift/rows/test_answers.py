"""Answers are found by name at either end, or where somebody says that they are."""

from __future__ import annotations

import pytest
from slipway_drift.errors import DriftError
from slipway_drift.rows.answers import UNKNOWN, Answers, find_answers


@pytest.mark.parametrize(
    ("columns", "asked", "found"),
    [
        (("prediction", "a", "b"), (), Answers(("prediction",), "named")),
        (("a", "b", "Target"), (), Answers(("Target",), "named")),
        (("score_0", "score_1", "a"), (), Answers(("score_0", "score_1"), "named")),
        (("a", "label", "b"), (), UNKNOWN),
        (("price", "a", "b"), (), UNKNOWN),
        # Which of two it is nobody can say.
        (("label", "a", "score"), (), UNKNOWN),
        (("y", "a"), ("last",), Answers(("a",), "asked")),
        (("y", "a"), ("first",), Answers(("y",), "asked")),
        (("y", "a"), ("none",), Answers((), "asked")),
        (("y", "a", "b"), ("b", "y"), Answers(("b", "y"), "asked")),
    ],
)
def test_which_columns_are_answers(
    columns: tuple[str, ...], asked: str | tuple[str, ...], found: Answers
) -> None:
    assert find_answers(columns, asked) == found


def test_captures_know_their_answers() -> None:
    assert find_answers(("a", "b"), captured=("a",)) == Answers(("a",), "captured")
    assert find_answers(("a", "b"), ("none",), ("a",)) == Answers((), "asked")


def test_a_name_that_there_is_not_is_refused() -> None:
    with pytest.raises(DriftError, match="`z` is no column of the baseline; say first, last, none"):
        find_answers(("a", "b"), ["a", "z"])
