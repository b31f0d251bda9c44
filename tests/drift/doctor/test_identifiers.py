"""Ids are told of, and amounts that happen to be unique are not."""

from __future__ import annotations

import random
import uuid
from typing import TYPE_CHECKING, Final

import pytest
from slipway_drift.doctor.identifiers import identifiers

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway_drift.doctor.subject import Subject

SEEDED: Final = random.Random(7)  # noqa: S311 - no secret
SPARSE: Final = SEEDED.sample(range(1_000_000), 2000)
UUIDS: Final = [str(uuid.UUID(int=SEEDED.getrandbits(128))) for _ in range(2000)]


@pytest.mark.parametrize(
    ("name", "cell", "found"),
    [
        ("number", lambda i: i + 17, True),
        ("customer", lambda i: UUIDS[i], True),
        ("customer_id", lambda i: SPARSE[i], True),
        ("userId", lambda i: SPARSE[i], True),
        ("income", lambda i: SPARSE[i], False),
        ("paid", lambda i: SPARSE[i] % 997, False),
        ("size", lambda i: SPARSE[i] + 0.5, False),
        ("day", lambda i: f"2026-01-01T00:{i // 60:02}:{i % 60:02}", False),
    ],
)
def test_what_is_an_identifier(
    name: str,
    cell: Callable[[int], object],
    found: bool,
    subject: Callable[..., Subject],
    table: Callable[..., str],
) -> None:
    text = table(2000, y=lambda i: i % 7, **{name: cell})
    assert [issue.column for issue in identifiers(subject(text))] == [name] * found


def test_what_comes_of_one_is_what_the_checks_make_of_it(
    subject: Callable[..., Subject], table: Callable[..., str]
) -> None:
    def told(rows: int, cell: Callable[[int], object]) -> str:
        (issue,) = identifiers(subject(table(rows, y=lambda i: i % 7, key=cell)))
        return issue.consequence

    assert "violate range" in told(100, lambda i: i)
    assert "unknown to the baseline" in told(50, lambda i: UUIDS[i])
    assert "nothing of them can be compared" in told(2000, lambda i: UUIDS[i])


def test_an_answer_of_its_own_in_each_row_is_none(
    subject: Callable[..., Subject], table: Callable[..., str]
) -> None:
    assert not [*identifiers(subject(table(100, y=lambda i: i, x=lambda i: i % 7)))]
