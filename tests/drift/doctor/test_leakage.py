"""Features that say the answer, and features that a model merely uses."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final

import pytest
from slipway_drift.doctor.leakage import leakage

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway_drift.doctor.subject import Subject

SEEDED: Final = random.Random(3)  # noqa: S311 - no secret
CHANCE: Final = [SEEDED.random() for _ in range(300)]


@pytest.mark.parametrize(
    ("answer", "cell", "said"),
    [
        (lambda i: CHANCE[i], lambda i: CHANCE[i], "equals"),
        (lambda i: CHANCE[i], lambda i: 32 + 1.8 * CHANCE[i], "equals"),
        (lambda i: int(CHANCE[i] > 0.5), lambda i: CHANCE[i], "divides"),
        (lambda i: int(CHANCE[i] > 0.5), lambda i: "ny"[CHANCE[i] > 0.5], "determines"),
        (lambda i: CHANCE[i], lambda i: CHANCE[i] + CHANCE[i - 1] / 50, ""),
        (lambda i: int(CHANCE[i] > 0.5), lambda i: CHANCE[i - 1], ""),
        (lambda i: int(CHANCE[i] > 0.5), lambda i: "ny"[CHANCE[i - 1] > 0.5], ""),
    ],
)
def test_what_says_the_answer(
    answer: Callable[[int], object],
    cell: Callable[[int], object],
    said: str,
    subject: Callable[..., Subject],
    table: Callable[..., str],
) -> None:
    found = [*leakage(subject(table(300, y=answer, x=cell, other=lambda i: CHANCE[-i] + i)))]
    assert [issue.column for issue in found] == ["x"] * bool(said)
    assert all(f"it {said}" in issue.evidence for issue in found)


def test_a_model_of_one_feature_is_a_function_of_it(
    subject: Callable[..., Subject], table: Callable[..., str]
) -> None:
    text = table(300, y=lambda i: CHANCE[i] / 2 + 2, x=lambda i: CHANCE[i])
    assert not [*leakage(subject(text))]
