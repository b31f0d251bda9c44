"""CSV is read cell by cell as its raw text, however it is cut and whatever it holds."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slipway_drift.errors import DriftError
from slipway_drift.rows import csv_rows
from slipway_drift.rows.csv_rows import column_names, read_csv
from slipway_drift.statistics.profile import profile

Rows = list[tuple[str | None, ...]]


def rows_of(content: bytes, *, header: bool = True, piece: int = 1 << 20) -> tuple[list[str], Rows]:
    batches = list(read_csv(io.BytesIO(content), header=header, piece=piece))
    names = batches[0].frame.columns if batches else []
    return names, [row for batch in batches for row in batch.frame.rows()]


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b"a,b\n1,2\n", [("1", "2")]),
        (b"a,b\r\n1,2\r\n", [("1", "2")]),
        (b"\xef\xbb\xbfa,b\n1,2", [("1", "2")]),
        (b'a,b\n"1",""\n,x\n', [("1", None), (None, "x")]),
        (b"a,b\n1\n", [("1", None)]),
        (b"a,b\n1,2\n\n\n3,4\n\n", [("1", "2"), ("3", "4")]),
        (b"\na,b\n,\n", [(None, None)]),
        (b'a,b\n"x\n\ny","p,q"\n"r""s",t\n', [("x\n\ny", "p,q"), ('r"s', "t")]),
        (b'"a","b"\n 1, 2 \n', [(" 1", " 2 ")]),
        (b"a,b\n1,\xff\n", [("1", "\ufffd")]),
        (b"a,b\n1,\x00\n", [("1", "\x00")]),
        (b"a,b\n", []),
    ],
)
def test_a_file_has_these_rows(content: bytes, rows: Rows) -> None:
    assert rows_of(content) == (["a", "b"], rows)


def test_without_a_header_columns_are_numbered() -> None:
    assert rows_of(b"1,2\n3,4\n", header=False) == (["_c0", "_c1"], [("1", "2"), ("3", "4")])


def test_nameless_and_repeated_columns_get_their_position() -> None:
    assert column_names(["a", "", "a", "a"]) == ["a", "_c1", "a2", "a3"]
    assert column_names(["a2", "a", "a"]) == ["a2", "a", "a22"]


def test_blank_lines_before_the_header_are_skipped_wherever_the_file_is_cut() -> None:
    assert rows_of(b"\n\n\r\na,b\n1,2\n", piece=1) == (["a", "b"], [("1", "2")])


def test_one_column_skips_blank_lines() -> None:
    assert rows_of(b"a\n1\n\n2\n") == (["a"], [("1",), ("2",)])


def test_a_row_too_long_is_rejected_and_costs_no_other() -> None:
    held = profile(read_csv(io.BytesIO(b"a,b\n1,2\n1,2,3\n4,5\n")))
    assert held.item_count == 2
    assert held.rejections == {"more fields than columns": 1}
    assert (held.rejected[0].where, held.rejected[0].text) == ("line 3", "1,2,3")


def test_a_row_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_rows, "LONGEST_ROW", 100)
    with pytest.raises(DriftError, match="longer than 100 bytes"):
        list(read_csv(io.BytesIO(b"x" * 500), piece=64))


def test_an_unclosed_quote_ends_with_the_file_not_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(csv_rows, "LONGEST_ROW", 100)
    content = b'a,b\n"1,2\n' + b"3,4\n" * 200
    held = profile(read_csv(io.BytesIO(content), piece=64))
    assert held.item_count >= 150  # the quoted cell swallows what fits into one row


cells = st.text(alphabet='ab1.,"\n\r é', max_size=6)


@given(st.lists(st.tuples(cells, cells), max_size=12), st.integers(1, 40))
@settings(max_examples=150, deadline=None)
def test_what_csv_writes_is_read_back_wherever_it_is_cut(
    rows: list[tuple[str, str]], piece: int
) -> None:
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([("x", "y"), *rows])
    expected = [tuple(cell or None for cell in row) for row in rows]
    names, found = rows_of(written.getvalue().encode(), piece=piece)
    assert (names, found) == (["x", "y"], expected)


@given(st.binary(max_size=80) | st.text(alphabet='a,"\n\r\x00 1', max_size=60).map(str.encode))
@settings(max_examples=400, deadline=None)
def test_any_bytes_are_rows_or_rejections_or_a_clear_error(content: bytes) -> None:
    for header in (True, False):
        try:
            held = profile(read_csv(io.BytesIO(content), header=header, piece=16))
        except DriftError:
            continue
        assert all(column.literals.rows == held.item_count for column in held.columns)
