"""Columns of one value, of none, and of two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway_drift.doctor.constants import constants

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway_drift.doctor.subject import Subject


def test_columns_that_say_nothing(
    subject: Callable[..., Subject], table: Callable[..., str]
) -> None:
    text = table(
        y=lambda i: i % 7,
        two=lambda i: i % 2,
        number=lambda _: 3,
        text=lambda _: "a",
        no=lambda _: "",
    )
    found = [(issue.kind, issue.column) for issue in constants(subject(text))]
    assert found == [("constant", "number"), ("constant", "text"), ("empty", "no")]


def test_a_single_row_is_no_constant(subject: Callable[..., Subject]) -> None:
    assert not [*constants(subject("y,x\n1,2\n"))]
