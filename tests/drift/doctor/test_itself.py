"""A baseline against the constraints that it suggests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway_drift.doctor.itself import itself

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway_drift.doctor.subject import Subject


def test_types_in_two_spellings_violate(
    subject: Callable[..., Subject], table: Callable[..., str]
) -> None:
    text = table(y=lambda i: i % 7, x=lambda i: i if i % 4 else i + 0.5, z=lambda i: i + 0.5)
    (found,) = itself(subject(text))
    assert (found.kind, found.column) == ("violates itself", "x")
    assert "Only 25.0% of data is Fractional" in found.evidence


def test_rows_that_cannot_be_read_are_told_of(
    subject: Callable[..., Subject], table: Callable[..., str]
) -> None:
    text = table(y=lambda i: i % 7, x=lambda i: i) + "1,2,3\n" * 50
    (found,) = itself(subject(text))
    assert "50 of 150 records could not be read" in found.evidence
