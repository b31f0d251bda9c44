"""What is written beside a baseline, and how it is told."""

from __future__ import annotations

import json

import pytest
from slipway_drift.doctor.about import about_document, answers_in, issues_in, told_of
from slipway_drift.doctor.issue import Issue
from slipway_drift.documents import ABOUT
from slipway_drift.errors import DriftError
from slipway_drift.rows.answers import UNKNOWN, Answers

ISSUE = Issue("constant", "x", "all values are '1'", "others violate", "leave it out")


def files(*issues: Issue, answers: Answers = UNKNOWN) -> dict[str, bytes]:
    return {ABOUT: json.dumps(about_document(answers, issues)).encode()}


def test_it_is_read_back() -> None:
    held = files(ISSUE, answers=Answers(("y",), "asked"))
    assert (answers_in(held), issues_in(held)) == (Answers(("y",), "asked"), (ISSUE,))


def test_no_answers_are_not_unknown_answers() -> None:
    assert answers_in(files(answers=Answers((), "asked"))) == Answers((), "asked")
    assert answers_in(files()) == UNKNOWN
    assert answers_in({}) == UNKNOWN


def test_it_is_told_in_a_line_each() -> None:
    assert told_of(files(ISSUE)) == "x: all values are '1': others violate; leave it out"
    assert told_of({}) == ""
    assert told_of(files(*[ISSUE] * 7)).splitlines()[5:] == [
        "… and 2 more in slipway_baseline.json"
    ]


def test_damage_is_named() -> None:
    with pytest.raises(DriftError, match="slipway_baseline"):
        issues_in({ABOUT: b'{"issues": [{"what": 1}]}'})
