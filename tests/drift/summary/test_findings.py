"""Violations are found in both files, whoever wrote them."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slipway_drift.errors import DriftError
from slipway_drift.results import Finding
from slipway_drift.summary.findings import findings

VIOLATIONS = "constraint_violations.json"


def of(*items: object, name: str = VIOLATIONS) -> dict[str, bytes]:
    return {name: json.dumps({"violations": items}).encode()}


def test_model_monitors_come_before_slipways_own() -> None:
    item = {"feature_name": "a", "constraint_check_type": "c", "description": "d"}
    own = {**item, "feature_name": "b", "more": 1}
    files = of(own, name="slipway_violations.json") | of(item) | {"statistics.json": b"?"}
    assert findings(files) == (Finding("a", "c", "d"), Finding("b", "c", "d"))


@pytest.mark.parametrize(
    ("item", "found"),
    [
        ({}, Finding("", "unknown", "")),
        (
            {
                "constraint_check_type": "LessThanThreshold",
                "description": "Metric f_1 with 0.5 +/- 0.1 was LessThanThreshold '0.9'",
                "metric_name": "f1",
            },
            Finding(
                "",
                "LessThanThreshold",
                "Metric f_1 with 0.5 +/- 0.1 was LessThanThreshold '0.9'",
            ),
        ),
        (
            {
                "facet": "Sex",
                "facet_value": "0",
                "metric_name": "CDDPL",
                "constraint_check_type": "bias_drift_check",
                "description": "Metric value 0.37 doesn't meet 0.28",
            },
            Finding(
                "Sex", "bias_drift_check", "Sex = 0, CDDPL: Metric value 0.37 doesn't meet 0.28"
            ),
        ),
        ({"feature_name": 3, "description": None}, Finding("3", "unknown", "")),
    ],
)
def test_items_of_every_kind(item: object, found: Finding) -> None:
    assert findings(of(item)) == (found,)


def test_without_files_there_are_none() -> None:
    assert findings({}) == ()
    assert findings(of()) == ()


@pytest.mark.parametrize(
    "content", [b"no", b"[]", b"{}", b'{"violations": 3}', b'{"violations": [3]}']
)
def test_what_is_no_violations_file_is_refused_by_name(content: bytes) -> None:
    with pytest.raises(DriftError, match=r"^constraint_violations\.json"):
        findings({VIOLATIONS: content})


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
keys = st.sampled_from(["feature_name", "metric_name", "facet", "description", "facet_value"])


@given(st.lists(st.dictionaries(keys, anything) | anything, max_size=4))
@settings(max_examples=60, deadline=None)
def test_any_items_are_findings_or_a_clear_error(items: list[object]) -> None:
    with suppress(DriftError):
        assert len(findings(of(*items))) == len(items)
