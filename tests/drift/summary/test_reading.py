"""A summary of another version is none."""

from __future__ import annotations

import pytest
from slipway_drift.errors import DriftError
from slipway_drift.summary.reading import is_current, read_summary, remembered


@pytest.mark.parametrize("document", [None, [], {}, {"version": 0}, {"version": "1"}])
def test_what_is_no_summary_of_this_version_is_refused(document: object) -> None:
    assert not is_current(document)
    with pytest.raises(DriftError, match=r"not a slipway_drift\.json of version 1"):
        read_summary(document)


def test_a_summary_is_itself() -> None:
    assert read_summary({"version": 1, "state": "no drift"}) == {"version": 1, "state": "no drift"}


def test_of_an_earlier_window_little_is_kept() -> None:
    feature = {
        "name": "a",
        "distance": 0.5,
        "violations": [],
        "numbers": {},
        "chart": {},
        "examples": {},
    }
    held = {"version": 1, "state": "no drift", "features": [feature], "rejected": [{}]}
    assert remembered(held) == {
        "version": 1, "state": "no drift", "rejected": [],
        "features": [{"name": "a", "distance": 0.5, "violations": [], "numbers": {}}],
    }  # fmt: skip
