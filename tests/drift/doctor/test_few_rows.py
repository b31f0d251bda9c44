"""What can be found by so many rows is what the checks' own evidence says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from slipway_drift.checks.evidence import chance_of_gap
from slipway_drift.doctor.few_rows import few_rows, rows_for, smallest_gap

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway_drift.doctor.subject import Subject

ENDLESS = 10**12
LEVEL = 1e-6


def test_the_smallest_gap_is_where_the_evidence_begins() -> None:
    gap = smallest_gap(100, LEVEL)
    assert (
        chance_of_gap(gap * 1.001, ENDLESS, 100) < LEVEL < chance_of_gap(gap * 0.999, ENDLESS, 100)
    )


def test_as_many_rows_as_are_asked_for_are_enough() -> None:
    rows = rows_for(0.1, LEVEL)
    assert smallest_gap(rows, LEVEL) <= 0.1 < smallest_gap(rows - 1, LEVEL)


@pytest.mark.parametrize(("rows", "said"), [(3, "no shift"), (100, "below 0.2"), (2000, "")])
def test_few_rows_are_told_with_what_they_find(
    rows: int, said: str, subject: Callable[..., Subject], table: Callable[..., str]
) -> None:
    found = [*few_rows(subject(table(rows, y=lambda i: i % 7, x=lambda i: i)))]
    assert [issue.evidence for issue in found] == [f"{rows:,} rows"] * bool(said)
    assert all(said in issue.consequence for issue in found)


def test_the_remedy_is_a_number_of_rows_that_helps(
    subject: Callable[..., Subject], table: Callable[..., str]
) -> None:
    (found,) = few_rows(subject(table(100, y=lambda i: i % 7, x=lambda i: i)))
    enough = int(re.sub(r"\D", "", found.remedy))
    assert not [*few_rows(subject(table(enough, y=lambda i: i % 7, x=lambda i: i)))]
