"""Names that are a row of data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from slipway_drift.doctor.header import header

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway_drift.doctor.subject import Subject


@pytest.mark.parametrize(("names", "found"), [("0.5,2,1e3", 1), ("0.5,2,b", 0), ("1,1,", 1)])
def test_names_that_are_all_numbers(
    names: str, found: int, subject: Callable[..., Subject]
) -> None:
    issues = [*header(subject(f"{names}\n" + "1,2,3\n" * 5))]
    assert len(issues) == found
    assert all("`--no-header`" in issue.remedy for issue in issues)
