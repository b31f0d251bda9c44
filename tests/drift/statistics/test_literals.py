"""Each literal has the type Deequ gives it."""

from __future__ import annotations

import re

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from slipway_drift.statistics.literals import FRACTIONAL, INTEGRAL, LiteralCounts, classify, count

CASES = {
    "Integral": ["0", "-5", "+5", "007", " 5", "- 5", "123456789012345678901234567890"],
    "Fractional": ["1.0", "-0.5", "1e-5", "1E5", "2.5e+10", "+ 3.25", "1e400"],
    "Boolean": ["true", "false"],
    "String": [
        ".5", "1.", "NaN", "inf", "  1", "1 ", "True", "", "1,5", "0x10", "1_000", "1e", "e5",
        "٣", "5\n", "null", "1.5.2",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("kind", "text"), [(k, t) for k, texts in CASES.items() for t in texts])
def test_a_literal_has_one_type(kind: str, text: str) -> None:
    assert list(classify(pl.Series([text]))) == [kind]


@given(st.lists(st.text(alphabet="0123456789+-. eEtruefals\n٣", max_size=8), min_size=1))
def test_the_masks_agree_with_the_patterns_and_share_no_literal(texts: list[str]) -> None:
    masks = classify(pl.Series(texts))
    for i, text in enumerate(texts):
        (kind,) = [name for name, mask in masks.items() if mask[i]]
        patterns = {"Integral": INTEGRAL, "Fractional": FRACTIONAL, "Boolean": "^true|false$"}
        by_pattern = [
            name for name, pattern in patterns.items() if re.fullmatch(pattern.strip("^$"), text)
        ]
        assert [kind] == (by_pattern or ["String"])


@pytest.mark.parametrize("expected", ["Unknown", "Fractional", "String"])
def test_what_is_expected_changes_no_answer(expected: str) -> None:
    texts = pl.Series([text for texts in CASES.values() for text in texts])
    masks = classify(texts, expected)  # type: ignore[arg-type] # parametrize gives plain texts
    assert {name: int(mask.sum()) for name, mask in masks.items()} == {
        name: len(held) for name, held in CASES.items()
    }


@pytest.mark.parametrize(
    ("counts", "inferred"),
    [
        (LiteralCounts(missing=3), "Unknown"),
        (LiteralCounts(integral=3), "Integral"),
        (LiteralCounts(integral=3, fractional=1), "Fractional"),
        (LiteralCounts(fractional=9, string=1), "String"),
        (LiteralCounts(integral=9, boolean=1), "String"),
        (LiteralCounts(boolean=2), "String"),
    ],
)
def test_the_columns_type_follows_from_its_literals(counts: LiteralCounts, inferred: str) -> None:
    assert counts.inferred_type == inferred


def test_counts_weigh_each_text_by_how_often_it_occurs() -> None:
    texts, weights = pl.Series(["1", "x", "2.5"]), pl.Series([10, 2, 5])
    assert count(classify(texts), weights, 4) == LiteralCounts(4, 5, 10, 0, 2)


def test_only_literals_of_exactly_the_type_match_it() -> None:
    counts = LiteralCounts(missing=1, fractional=2, integral=3, boolean=4, string=5)
    assert [counts.of_type(kind) for kind in ("Fractional", "Integral", "String", "Unknown")] == [
        2, 3, 9, 0,
    ]  # fmt: skip
