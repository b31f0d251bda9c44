"""Dates by how they look, seconds by what they are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from slipway_drift.doctor.timestamps import timestamps

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway_drift.doctor.subject import Subject


@pytest.mark.parametrize(
    ("name", "cell", "found"),
    [
        ("day", lambda i: f"2026-01-{i % 28 + 1:02}", True),
        ("day", lambda i: f"{i % 28 + 1:02}.11.2026 08:00", True),
        ("event_time", lambda i: 1_700_000_000 + i, True),
        ("created_at", lambda i: 1_700_000_000_000 + i, True),
        ("timestamp", lambda i: 1_700_000_000.25 + i, True),
        ("phone", lambda i: 1_700_000_000 + i, False),
        ("time", lambda i: i, False),
        ("code", lambda i: f"2026-{i}", False),
    ],
)
def test_what_is_a_point_in_time(
    name: str,
    cell: Callable[[int], object],
    found: bool,
    subject: Callable[..., Subject],
    table: Callable[..., str],
) -> None:
    text = table(100, y=lambda i: i % 7, **{name: cell})
    assert [issue.column for issue in timestamps(subject(text))] == [name] * found
