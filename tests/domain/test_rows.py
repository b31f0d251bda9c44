import pytest
from slipway.domain.rows import LONGEST, Rows, answer, counted


@pytest.mark.parametrize(
    ("chunks", "count", "same"),
    [
        ([], 0, ""),
        ([b""], 0, ""),
        ([b"0.5\n" * 10], 10, "0.5"),
        ([b"0.5\n" * 9 + b"0.5"], 10, "0.5"),
        ([b"0.5\n" * 9], 9, ""),
        ([b"0.5\n" * 9 + b"0.6\n"], 10, ""),
        ([b"0.5\n0.", b"5\n" * 2, b"0.5\n" * 10], 13, ""),
        ([b"0.5\n0.", b"5\n", b"0.5\r\n" * 10], 12, "0.5"),
        ([b"1\n2\n", b"3\n" * 9, b"4"], 12, ""),
        ([b"\n" * 10], 10, "empty"),
        ([b"x" * 70 + b"\n"] * 10, 10, "…"),
    ],
)
def test_rows_are_counted_and_told_if_they_are_all_the_same(
    chunks: list[bytes], count: int, same: str
) -> None:
    found = counted(chunks)
    assert (found.count, found.same) == (count, same)


def test_rows_of_many_objects_are_those_of_each() -> None:
    same, other = counted([b"1\n" * 6]), counted([b"2\n" * 6])
    assert same.and_(same) == Rows(12, frozenset({b"1"}))
    assert same.and_(same).same == "1"
    assert same.and_(other).same == ""


def test_a_row_without_an_end_takes_no_more_than_so_much() -> None:
    assert {*map(len, counted([b"x" * LONGEST] * 3).kinds)} == {LONGEST}


@pytest.mark.parametrize(
    ("row", "joined"),
    [
        (b"1,2,0.5", b"0.5"),
        (b'{"a":1,"SageMakerOutput":{"score":0.5}}', b'{"score":0.5}'),
        (b"0.5", b"0.5"),
    ],
)
def test_what_is_joined_to_a_row_is_the_answer(row: bytes, joined: bytes) -> None:
    assert answer(row) == joined
    rows = [b"%d,2,0.5\n" % number for number in range(10)]
    assert counted(rows, answer).same == "0.5"
