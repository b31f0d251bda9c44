"""A window's files are read with care, and refused by name."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slipway_drift import documents
from slipway_drift.documents import parse, parse_bytes, parse_optional
from slipway_drift.errors import DriftError


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "a.json is not JSON"),
        (b"{", "a.json is not JSON"),
        (b"\xff", "a.json is not JSON"),
        (b"[" * 100_000, "a.json is not JSON"),
        (b"[]", "a.json holds no JSON object but a list"),
        (b"null", "a.json holds no JSON object but a NoneType"),
    ],
)
def test_what_is_no_object_is_refused_by_name(content: bytes, said: str) -> None:
    with pytest.raises(DriftError, match=said):
        parse_bytes(content, "a.json")


def test_a_file_may_be_absent_only_where_it_may() -> None:
    assert parse_optional({}, "a.json") == {}
    with pytest.raises(DriftError, match=r"a\.json is missing"):
        parse({}, "a.json")


def test_violations_are_bounded_more_than_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST_VIOLATIONS", 10)
    assert parse_bytes(b'{"a": "0123456789"}', "statistics.json")
    with pytest.raises(DriftError, match=r"slipway_violations\.json has 19 bytes; at most 10"):
        parse_bytes(b'{"a": "0123456789"}', "slipway_violations.json")


def test_halves_of_surrogate_pairs_are_replaced() -> None:
    held = parse_bytes(rb'{"\ud800": ["\uDFFFx", {"a": "\ud83d\ude00"}]}', "a.json")
    assert held == {"?": ["?x", {"a": "\U0001f600"}]}


@given(st.binary(max_size=40))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_an_object_or_a_clear_error(content: bytes) -> None:
    with suppress(DriftError):
        assert isinstance(parse_bytes(content, "a.json"), dict)
