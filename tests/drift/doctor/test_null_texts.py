"""Words for nothing among numbers and among texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway_drift.doctor.null_texts import null_texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway_drift.doctor.subject import Subject


def test_words_for_nothing_are_told_with_how_many_they_are(
    subject: Callable[..., Subject], table: Callable[..., str]
) -> None:
    text = table(
        y=lambda i: i % 7,
        rate=lambda i: "NaN" if i % 10 == 0 else i % 5 + 0.5,
        kind=lambda i: "None" if i % 4 == 0 else "ab"[i % 2],
        fine=lambda i: "Nana" if i % 4 == 0 else "b",
    )
    rate, kind = null_texts(subject(text))
    assert (rate.column, kind.column) == ("rate", "kind")
    assert rate.evidence == "10 of 100 rows have 'NaN' as a text"
    assert "its numbers are not compared" in rate.consequence
    assert kind.evidence == "25 of 100 rows have 'None' as a text"
    assert "a value like any other" in kind.consequence


def test_they_are_found_late_in_columns_of_many_values(
    subject: Callable[..., Subject], table: Callable[..., str]
) -> None:
    text = table(6000, y=lambda i: i % 7, rate=lambda i: "null" if i > 5900 else i + 0.5)
    (found,) = null_texts(subject(text))
    assert found.evidence == "some rows have 'null' as a text"
