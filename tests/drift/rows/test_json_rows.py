"""JSON's values are the texts they were written as."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slipway_drift.errors import DriftError
from slipway_drift.rows import json_rows
from slipway_drift.rows.json_rows import numbered_lines, read_json, read_json_lines
from slipway_drift.statistics.profile import profile


def test_numbers_keep_their_text_and_columns_are_sorted() -> None:
    lines = b'{"b": 1.0, "a": 1}\n\n{"a": 1e5, "c": true}\n{"b": null, "a": "x"}\n'
    (batch,) = read_json_lines(io.BytesIO(lines))
    assert batch.by_name
    assert batch.frame.columns == ["a", "b", "c"]
    assert batch.frame.rows() == [("1", "1.0", None), ("1e5", None, "true"), ("x", None, None)]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not JSON"),
        (b"[1]", "not a JSON object"),
        (b"\xff", "not JSON"),
        (b'{"a": [1]}', "nested value: flatten it with a preprocessor"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_what_is_no_row_is_rejected_with_its_reason(line: bytes, reason: str) -> None:
    held = profile(read_json_lines(io.BytesIO(b'{"a": 1}\n' + line + b"\n")))
    assert (held.item_count, held.rejections) == (1, {reason: 1})


def test_integers_of_any_length_are_texts() -> None:
    (batch,) = read_json_lines(io.BytesIO(b'{"a": ' + b"9" * 5_000 + b"}"))
    assert batch.frame.item() == "9" * 5_000


def test_a_file_of_an_array_or_of_one_object() -> None:
    assert [len(b.frame) for b in read_json(io.BytesIO(b'[{"a": 1}, {"a": 2}]'))] == [2]
    assert [len(b.frame) for b in read_json(io.BytesIO(b'{"a": 1}'))] == [1]


def test_a_file_that_is_no_json_or_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DriftError, match="not JSON"):
        list(read_json(io.BytesIO(b'{"a": 1}\n{"a": 2}')))
    monkeypatch.setattr(json_rows, "LONGEST_FILE", 5)
    with pytest.raises(DriftError, match="use JSON Lines"):
        list(read_json(io.BytesIO(b'{"a": 1}')))


class Trickle:
    """A stream that can do no more than `read`, and gives little at a time."""

    def __init__(self, content: bytes, most: int) -> None:
        self.inner = io.BytesIO(content)
        self.most = most

    def read(self, size: int) -> bytes:
        return self.inner.read(min(size, self.most))


@given(st.lists(st.binary(max_size=9)).map(b"\n".join), st.integers(1, 7))
@settings(max_examples=150, deadline=None)
def test_lines_are_the_same_however_the_stream_comes(content: bytes, most: int) -> None:
    found = list(numbered_lines(Trickle(content, most)))  # type: ignore[arg-type] # on purpose
    lines = enumerate(content.split(b"\n"), 1)
    assert found == [(number, line) for number, line in lines if line.strip()]


def test_a_line_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_rows, "LONGEST_LINE", 8)
    with pytest.raises(DriftError, match="line 1 is longer"):
        list(read_json_lines(io.BytesIO(b'{"a": 123456789}')))
    monkeypatch.setattr(json_rows, "PIECE", 4)
    with pytest.raises(DriftError, match="line 2 is longer"):
        list(read_json_lines(io.BytesIO(b"{}\n" + b"x" * 1_000)))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.binary(max_size=20) | json_values.map(lambda v: json.dumps(v).encode())))
@settings(max_examples=200, deadline=None)
def test_any_lines_are_rows_or_counted_rejections(lines: list[bytes]) -> None:
    content = b"\n".join(lines)
    held = profile(read_json_lines(io.BytesIO(content)))
    given_lines = sum(1 for line in content.split(b"\n") if line.strip())
    assert held.item_count + sum(held.rejections.values()) == given_lines
