"""What of a record is sent, and what of it and its answer is kept."""

from typing import Any

import pytest
from slipway_local.sagemaker.batch.failures import ObjectFailed
from slipway_local.sagemaker.batch.joining import CSV, JSON, JSON_LINES, processing


def through(
    given: list[bytes],
    answer: bytes,
    *,
    kind: str = CSV,
    accept: str = "",
    lines: bool = True,
    **asked: str,
) -> tuple[bytes, bytes]:
    """What is sent, and what is kept."""
    body: dict[str, Any] = {
        "TransformInput": {"ContentType": kind, "SplitType": "Line" if lines else "None"},
        "TransformOutput": {"Accept": accept} if accept else {},
        "DataProcessing": asked,
    }
    found = processing(body)
    records = [found.record(each) for each in given]
    return b"".join(each.sent for each in records), found.output(records, answer)


def test_nothing_asked_nothing_touched() -> None:
    asked = {"InputFilter": "$", "OutputFilter": "$", "JoinSource": "None"}
    assert through([b"\xff,", b"x\r\n"], b"\xfe", **asked) == (b"\xff,x\r\n", b"\xfe")


def test_columns_are_left_out_before_and_appended_after() -> None:
    sent, kept = through(
        [b"a,1,2\n", b"b,3,4\n"], b"0.1\n0.2\n", InputFilter="$[1:]", JoinSource="Input"
    )
    assert (sent, kept) == (b"1,2\n3,4\n", b"a,1,2,0.1\nb,3,4,0.2\n")


def test_quotes_and_carriage_returns_come_out_right() -> None:
    rows = [b'"Doe, J",1\r\n', b'"say ""hi""",2']
    sent, kept = through(rows, b'"x,y"\r\nz\r\n', InputFilter="$[0]", JoinSource="Input")
    assert sent == b'"Doe, J"\n"say ""hi"""\n'
    assert kept == b'"Doe, J",1,"x,y"\n"say ""hi""",2,z\n'
    _, kept = through(rows, b'"x,y"\r\nz\r\n', OutputFilter="$[0,-1]", JoinSource="Input")
    assert kept == b'"Doe, J","x,y"\n"say ""hi""",z\n'


def test_an_output_is_filtered_without_a_join() -> None:
    _, kept = through([b"1\n", b"2\n"], b"0.1,a\n0.2,b\n", OutputFilter="$[0]")
    assert kept == b"0.1\n0.2\n"


def test_objects_get_an_attribute() -> None:
    sent, kept = through(
        [b'{"id":1,"features":[1,2]}\n', b'{"id":2,"features":[3]}\n'],
        b'{"label":"\xc3\xa4"}\n{"label":"b"}\n',
        kind=JSON_LINES,
        InputFilter="$.features",
        JoinSource="Input",
        OutputFilter="$['id','SageMakerOutput']",
    )
    assert sent == b"[1,2]\n[3]\n"
    assert kept == (
        b'{"id":1,"SageMakerOutput":{"label":"\xc3\xa4"}}\n{"id":2,"SageMakerOutput":{"label":"b"}}\n'
    )


def test_json_lines_are_told_apart_in_an_object_that_is_not_split() -> None:
    rows, answer = b'{"id":1}\r\n{"id":2}\n', b"0.1\n0.2\n"
    sent, kept = through(
        [rows], answer, kind=JSON_LINES, lines=False, InputFilter="$.id", JoinSource="Input"
    )
    assert sent == b"1\n2\n"
    assert kept == b'{"id":1,"SageMakerOutput":0.1}\n{"id":2,"SageMakerOutput":0.2}\n'


def test_only_newlines_end_a_row() -> None:
    rows = ["a\x0b\u2028b,1\rx\n".encode()]
    _, kept = through(rows, b"0.1\n", JoinSource="Input")
    assert kept == rows[0].rstrip() + b",0.1\n"


def test_what_is_no_object_becomes_one() -> None:
    _, kept = through(
        [b"[1,2]"], b'{\n "score": 1\n}\n', kind=JSON, lines=False, JoinSource="Input"
    )
    assert kept == b'{"SageMakerInput":[1,2],"SageMakerOutput":{"score":1}}'


def test_a_single_records_answer_may_take_several_lines() -> None:
    _, kept = through([b'{"id":1}\n'], b'{\n "score": 1\n}\n', kind=JSON, JoinSource="Input")
    assert kept == b'{"id":1,"SageMakerOutput":{"score":1}}\n'


def test_a_row_of_csv_meets_an_answer_in_json_only_without_a_join() -> None:
    answer = b'{"predictions":[{"score":0.5}]}'
    _, kept = through([b"1,2\n"], answer, accept=JSON, OutputFilter="$.predictions[0].score")
    assert kept == b"0.5\n"


@pytest.mark.parametrize(
    ("given", "answer", "why", "asked"),
    [
        ([b"1\n", b"2\n"], b"0.1\n", "mismatched line count", {"JoinSource": "Input"}),
        ([b"1\n"], b"", "mismatched line count", {"JoinSource": "Input"}),
        ([b"1\n"], b'"a\n', "output from the algorithm as CSV", {"OutputFilter": "$[0]"}),
        ([b"\xff\n"], b"1", "input data as CSV", {"InputFilter": "$[0]"}),
        ([b"1,2\n"], b"1", r"InputFilter: \[2\] is beyond", {"InputFilter": "$[2]"}),
        ([b"1,2\n"], b"1", r"OutputFilter: \[1\] is beyond", {"OutputFilter": "$[1]"}),
    ],
)
def test_what_cannot_be_done_fails_the_object(
    given: list[bytes], answer: bytes, why: str, asked: dict[str, str]
) -> None:
    with pytest.raises(ObjectFailed, match=why) as failed:
        through(given, answer, **asked)
    assert failed.value.blame == "ClientError"


@pytest.mark.parametrize("answer", [b"<html>", b"[" * 100_000])
def test_what_is_no_json_fails_the_object(answer: bytes) -> None:
    with pytest.raises(ObjectFailed, match="output from the algorithm as JSON"):
        through([b"{}"], answer, kind=JSON, JoinSource="Input")


def test_a_field_may_be_long() -> None:
    text = b"word " * 50_000
    assert through([b"1," + text], b"0.1\n", InputFilter="$[1]")[0] == text + b"\n"
