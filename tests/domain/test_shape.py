"""What of a reply a client relies on."""

import pytest
from slipway.domain.shape import shape

SAME = [
    ("application/json", b'{"predictions": [[0.1, 0.9]]}', b'{"predictions": [[1, 0], [0, 1]]}'),
    ("text/csv; charset=utf-8", b"0.5,cat", b"1e3,dog\n2,cow\n"),
    ("application/jsonlines", b'{"score": 1}\n{"score": 2}\n', b'{"score": 0.5}'),
    ("image/png", b"\x89PNG", b"\x89PNG and more"),
]
OTHER = [
    ("application/json", b'{"predictions": [[0.1, 0.9]]}', b'{"predictions": [[0.1, 0.8, 0.1]]}'),
    ("application/json", b'{"score": 1}', b'{"score": "1"}'),
    ("application/json", b'{"score": 1}', b'{"scores": 1}'),
    ("application/json", b"[1]", b"[true]"),
    ("application/json", b"[[1, null]]", b"[[1, 2]]"),
    ("text/csv", b"0.5", b"0.5,0.5"),
    ("text/csv", b"0.5", b"many"),
    ("text/csv", b"0.5", b"[0.5]"),
]


@pytest.mark.parametrize(("kind", "one", "other"), SAME, ids=["json", "csv", "lines", "picture"])
def test_values_and_the_number_of_rows_are_no_part_of_it(
    kind: str, one: bytes, other: bytes
) -> None:
    assert shape(kind, one) == shape(kind, other)


@pytest.mark.parametrize(("kind", "one", "other"), OTHER, ids=range(len(OTHER)))
def test_names_types_and_the_length_of_a_row_are(kind: str, one: bytes, other: bytes) -> None:
    assert shape(kind, one) != shape(kind, other)


def test_it_is_told_in_words() -> None:
    assert shape("application/json", b'{"b": [0, 1], "a": "x"}') == "JSON {a: text, b: [2 numbers]}"
    assert shape("text/csv", b"1,2,cat") == "CSV 2 numbers, 1 text"
    assert shape("text/csv", b"") == "CSV nothing"
    assert shape("application/json", b"<html>") == "text that is no JSON"
    assert shape("application/json", b"[" * 100_000) == "text that is no JSON"
