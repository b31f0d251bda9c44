"""Missing values: how many, and what requests without any come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway_drift.doctor.nulls import nulls

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway_drift.doctor.subject import Subject


def test_missing_values_are_told_with_their_share(
    subject: Callable[..., Subject], table: Callable[..., str]
) -> None:
    text = table(
        y=lambda i: i % 7,
        rate=lambda i: i if i % 20 else "",
        kind=lambda i: "ab"[i % 2] if i % 5 else "",
        no=lambda _: "",
    )
    rate, kind = nulls(subject(text))
    assert rate.evidence == "5 of 100 rows (5.00%) have no value"
    assert rate.consequence == "requests may lack 5.00% of the values without a word"
    assert "requests that lack none violate the distribution" in kind.consequence
