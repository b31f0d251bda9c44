"""Violations of every kind are read, whoever wrote them."""

from __future__ import annotations

import pytest
from slipway_drift.checks.violations import Violation, read_violations, violations_document
from slipway_drift.errors import DriftError

ITEMS = (
    Violation("data_type_check", "d", feature="a"),
    Violation("LessThanThreshold", "d", metric="truePositiveRate"),
    Violation("bias_drift_check", "d", metric="CDDPL", facet="Sex"),
)


def test_what_is_written_is_read() -> None:
    assert read_violations(violations_document(ITEMS)) == ITEMS


def test_an_item_may_lack_anything() -> None:
    assert read_violations({"violations": [{}]}) == (Violation("unknown", ""),)


@pytest.mark.parametrize("document", [None, [], {}, {"violations": "x"}, {"violations": [3]}])
def test_what_is_no_violations_file_is_refused(document: object) -> None:
    with pytest.raises(DriftError, match="violations"):
        read_violations(document)
