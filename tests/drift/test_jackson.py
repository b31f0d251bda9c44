"""JSON as Jackson lays it out, with Java's numbers."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slipway_drift.jackson import java_double, write


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.0"), (-0.0, "-0.0"), (1.0, "1.0"), (0.001, "0.001"), (1e-4, "1.0E-4"),
        (9999999.0, "9999999.0"), (1e7, "1.0E7"), (14402689218.907343, "1.4402689218907343E10"),
        (-3.8e7, "-3.8E7"), (5e-324, "5.0E-324"),
        (1.7976931348623157e308, "1.7976931348623157E308"),
        (0.000123, "1.23E-4"), (100.0, "100.0"), (99.64592817400101, "99.64592817400101"),
        (math.nan, '"NaN"'), (math.inf, '"Infinity"'), (-math.inf, '"-Infinity"'),
    ],
)  # fmt: skip
def test_a_double_prints_as_in_java(value: float, text: str) -> None:
    assert java_double(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_double_reads_back(value: float) -> None:
    assert float(java_double(value)) == value


def test_the_layout_is_jacksons() -> None:
    document = {"a": [{"b": 1, "c": []}, {"b": 2.0, "c": {}}], "é": ["x", True, None]}
    assert write(document).decode() == (
        '{\n  "a" : [ {\n    "b" : 1,\n    "c" : [ ]\n  }, {\n    "b" : 2.0,\n    "c" : { }\n'
        '  } ],\n  "é" : [ "x", true, null ]\n}'
    )


@given(
    st.recursive(
        st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ).map(lambda value: {"held": value})
)
def test_any_document_reads_back(document: dict[str, object]) -> None:
    text = write(json.loads(json.dumps(document)))
    assert json.loads(text) == document
