"""A first row that was taken for names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slipway_drift.doctor.issue import Issue
from slipway_drift.rows.capture import is_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway_drift.doctor.subject import Subject

NAMELESS: Final = re.compile(r"_c\d+")


def header(subject: Subject) -> Iterator[Issue]:
    """Tell of names that are all numbers."""
    names = [column.name for column in subject.profile.columns]
    said = [name for name in names if not NAMELESS.fullmatch(name)]
    if said and all(map(is_number, said)):
        yield Issue(
            "header",
            "",
            f"the columns are called {', '.join(names[:4])}{', …' if names[4:] else ''}",
            "the first row of data was taken for names, and is missing from what is normal",
            "say so: `--no-header`, in the manifest `monitor: {header: false}`",
        )
