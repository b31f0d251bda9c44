"""Integers that are classes, and amounts that are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from slipway_drift.doctor.classes import classes

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway_drift.doctor.subject import Subject


@pytest.mark.parametrize(
    ("name", "values", "found"),
    [
        ("region", [1] * 60 + [2] * 50 + [3] * 40, True),
        ("zone_id", [1] * 60 + [2] * 50 + [3] * 40, True),
        ("x", [1] * 90 + [2] * 10 + [3] * 80, True),
        ("rooms", [1] * 20 + [2] * 60 + [3] * 50 + [4] * 20, False),
        ("flag_type", [0] * 75 + [1] * 75, False),
        ("status", [*range(150)], False),
        ("status", [1.5] * 75 + [2.5] * 40 + [3.5] * 35, False),
    ],
)
def test_what_is_a_class(
    name: str,
    values: list[float],
    found: bool,
    subject: Callable[..., Subject],
    table: Callable[..., str],
) -> None:
    text = table(150, y=lambda i: i % 7, **{name: lambda i: values[i]})
    assert [issue.column for issue in classes(subject(text))] == [name] * found
