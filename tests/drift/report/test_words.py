"""Numbers as people read them, and texts that cannot break the page."""

from __future__ import annotations

import math

import pytest
from slipway_drift.report.words import amount, escape, metric_words, percent, plural, shortened


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "\N{EN DASH}"), (0.0, "0"), (1234567.0, "1,234,567"), (-3.0, "\N{MINUS SIGN}3"),
        (0.123456, "0.1235"), (1234.56, "1,235"), (1.5e12, "1.5 \N{MULTIPLICATION SIGN} 10¹²"),
        (2e-7, "2 \N{MULTIPLICATION SIGN} 10⁻⁷"), (math.nan, "not a number"), (math.inf, "∞"),
        ("NaN", "not a number"), ("-Infinity", "\N{MINUS SIGN}∞"),
    ],
)  # fmt: skip
def test_amounts(value: float | str | None, text: str) -> None:
    assert amount(value) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0%"), (1.0, "100%"), (0.5, "50.0%"), (0.00001, "< 0.1%"), (0.99999, "> 99.9%")],
)
def test_percentages_are_whole_only_where_they_are(share: float, text: str) -> None:
    assert percent(share) == text


def test_texts() -> None:
    assert escape("<b>\x00\x1b") == "&lt;b&gt;\\x00\\x1b"
    assert plural(1, "row") == "1 row"
    assert plural(2_000, "row") == "2,000 rows"
    assert shortened("distance: 0.17354640931273702 of 0.1") == "distance: 0.1735 of 0.1"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Metric true_positive_rate with 0.77920001 +/- NaN was LessThanThreshold '0.99'",
         ("true positive rate", "0.7792, where at least 0.99 is asked for")),
        ("Metric mae with 2.0E10 +/- 0.1 was GreaterThanThreshold '1.5'",
         ("mae", "2 \N{MULTIPLICATION SIGN} 10¹⁰, where at most 1.5 is asked for")),
        ("Metric mae with much +/- 0.1 was GreaterThanThreshold '1.5'", None),
        ("Baseline drift distance: 0.6 exceeds threshold: 0.1", None),
    ],
)  # fmt: skip
def test_a_metric_is_told_in_words(text: str, words: tuple[str, str] | None) -> None:
    assert metric_words(text) == words
