"""All examinations together: in their order, and none of a sound baseline."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from slipway_drift.doctor.examine import EXAMINATIONS, examine

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway_drift.doctor.subject import Subject


def test_a_sound_baseline_is_sound(
    subject: Callable[..., Subject], table: Callable[..., str]
) -> None:
    seeded = random.Random(1)  # noqa: S311 - no secret
    text = table(
        2000,
        prediction=lambda _: seeded.random(),
        rate=lambda _: seeded.gauss(0, 1),
        rooms=lambda _: min(9, int(seeded.expovariate(0.5))),
        kind=lambda _: seeded.choice("aabbc"),
    )
    assert examine(subject(text, ())) == ()


def test_the_worst_comes_first(subject: Callable[..., Subject], table: Callable[..., str]) -> None:
    text = table(50, a=lambda i: i, b=lambda _: 1)
    kinds = [issue.kind for issue in examine(subject(text, ()))]
    assert kinds == ["answers unknown", "few rows", "identifier", "constant"]
    assert len(EXAMINATIONS) == 12


def test_no_rows_are_not_examined(subject: Callable[..., Subject]) -> None:
    assert examine(subject("a,b\n")) == ()
