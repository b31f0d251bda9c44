"""Objects are cut into records at their own seams, and packed up to a limit."""

import struct
from collections.abc import Callable
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slipway_local.sagemaker.batch.failures import ObjectFailed
from slipway_local.sagemaker.batch.records import Record, pack, split

MAGIC = struct.pack("<I", 0xCED7230A)


def record_io(record: bytes, part: int = 0) -> bytes:
    word = part << 29 | len(record)
    return MAGIC + struct.pack("<I", word) + record + bytes(-len(record) % 4)


def tf_record(record: bytes) -> bytes:
    return struct.pack("<Q", len(record)) + b"crc1" + record + b"crc2"


def cut(content: bytes, kind: str, *, bare: bool = False) -> list[bytes]:
    return list(split(BytesIO(content), kind, bare=bare))


def packed(*records: bytes, single: bool = False, limit: int = 0) -> list[list[bytes]]:
    given = [Record(each, each) for each in records]
    return [[each.sent for each in batch] for batch in pack(given, single=single, limit=limit)]


def test_an_object_that_is_not_split_is_one_record() -> None:
    assert cut(b"1,2\n3,4\n", "None") == [b"1,2\n3,4\n"]
    assert cut(b"", "None") == []


def test_lines_keep_their_ends() -> None:
    assert cut(b"1,2\r\n3,4", "Line") == [b"1,2\r\n", b"3,4"]


@pytest.mark.parametrize(("kind", "frame"), [("RecordIO", record_io), ("TFRecord", tf_record)])
def test_binary_records_have_their_frames_or_are_bare(
    kind: str, frame: Callable[[bytes], bytes]
) -> None:
    records = [b"one", b"", b"three"]
    content = b"".join(map(frame, records))
    assert cut(content, kind) == [*map(frame, records)]
    assert cut(content, kind, bare=True) == records


def test_a_record_in_parts_has_the_magic_number_between_them() -> None:
    parts = record_io(b"ab", 1) + record_io(b"cd", 2) + record_io(b"ef", 3)
    assert cut(parts + record_io(b"g"), "RecordIO") == [parts, record_io(b"g")]
    whole = b"ab" + MAGIC + b"cd" + MAGIC + b"ef"
    assert cut(parts, "RecordIO", bare=True) == [whole]


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("RecordIO", b"1,2\n3,4\n"),
        ("RecordIO", MAGIC),
        ("RecordIO", record_io(b"three")[:-1]),
        ("TFRecord", b"short"),
        ("TFRecord", tf_record(b"three")[:-1]),
    ],
)
def test_what_is_no_such_format_fails_its_object(kind: str, content: bytes) -> None:
    with pytest.raises(ObjectFailed, match=f"no {kind}"):
        cut(content, kind)


def test_as_many_records_as_fit_go_into_one_request() -> None:
    assert packed(b"aa", b"bb", b"c", b"ddd", limit=4) == [[b"aa", b"bb"], [b"c", b"ddd"]]
    assert packed(b"aa", b"bb", limit=0) == [[b"aa", b"bb"]]
    assert packed(b"a", b"b", single=True, limit=4) == [[b"a"], [b"b"]]
    assert packed(limit=4) == []


def test_a_record_above_the_limit_fails_its_object() -> None:
    with pytest.raises(ObjectFailed, match="Too much data for max payload size"):
        packed(b"a", b"bbbbb", limit=4)


@given(st.lists(st.binary(max_size=8)), st.integers(8, 30), st.booleans())
def test_nothing_is_lost_or_turned_round(records: list[bytes], limit: int, single: bool) -> None:
    batches = packed(*records, single=single, limit=limit)
    assert [each for batch in batches for each in batch] == records
    assert all(sum(map(len, batch)) <= limit for batch in batches)
    assert not single or all(len(batch) == 1 for batch in batches)
