"""What the built-in algorithms read."""

import struct

import pytest
from slipway_local.images.slipway_container.algorithms.requests import (
    MalformedBody,
    UnsupportedContentType,
    read_matrix,
)

CSV, JSON, LINES = "text/csv", "application/json", "application/jsonlines"
RECORDIO = "application/x-recordio-protobuf"


def record(*values: float) -> bytes:
    """A dense RecordIO frame."""
    packed = struct.pack(f"<{len(values)}f", *values)
    content = bytes([10, len(packed)]) + packed
    for tag in (18, 18):
        content = bytes([tag, len(content)]) + content
    content = b"\x0a\x06values" + content
    content = bytes([10, len(content)]) + content
    return struct.pack("<II", 0xCED7230A, len(content)) + content + bytes(-len(content) % 4)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"1,2,0\n3,4,5", CSV),
        (b"1,2,0\r\n3,4,5\r\n\r\n", "text/csv; charset=utf-8"),
        (b"7,1,2,0\n8,3,4,5\n", "text/csv; label_size=1"),
        (b" 1, 2, 0\n3e0,4.0,5\n", None),
        (b'{"instances": [{"features": [1, 2, 0]}, {"features": [3, 4, 5]}]}', JSON),
        (
            (
                b'{"instances": [{"data": {"features": {"values": [1, 2, 0]}}},'
                b' {"data": {"features": {"values": [5, 3, 4], "keys": [2, 0, 1], "shape": [3]}}}]}'
            ),
            JSON,
        ),
        (
            (
                b'{"instances": [{"features": {"keys": [1, 0], "values": [2, 1]}},'
                b' {"features": [3, 4, 5]}], "configuration": {}}'
            ),
            JSON,
        ),
        (b'{"features": [1, 2, 0]}\n{"data": {"features": {"values": [3, 4, 5]}}}\n', LINES),
        (record(1, 2, 0) + record(3, 4, 5), RECORDIO),
    ],
)
def test_all_formats_are_one_matrix(body: bytes, content_type: str | None) -> None:
    matrix = read_matrix(body, content_type, 3)
    assert matrix.dtype == "float32"
    assert matrix.tolist() == [[1.0, 2.0, 0.0], [3.0, 4.0, 5.0]]


@pytest.mark.parametrize(
    ("body", "content_type", "said"),
    [
        (b"", CSV, "no rows"),
        (b"1,2", CSV, "row 0 has 2 features, the model has 3"),
        (b"1,2,3\n1,2,3,4", CSV, "row 1 has 4 features"),
        (b"1,two,3", CSV, "two"),
        (b"1,,3", CSV, "could not convert"),
        (b"\xff", CSV, "decode"),
        (b"{", JSON, "Expecting"),
        (b"[[1, 2, 3]]", JSON, "instances"),
        (b'{"instances": {}}', JSON, "instances"),
        (b'{"instances": []}', JSON, "no rows"),
        (b'{"instances": [[1, 2, 3]]}', JSON, "features"),
        (b'{"instances": [{"data": [1, 2, 3]}]}', JSON, "features"),
        (b'{"instances": [{"features": "1,2,3"}]}', JSON, "features"),
        (b'{"instances": [{"features": [1, 2, null]}]}', JSON, "NoneType"),
        (b'{"instances": [{"features": {"values": [1], "keys": [3]}}]}', JSON, "keys"),
        (b'{"instances": [{"features": {"values": [1], "keys": [0, 1]}}]}', JSON, "keys"),
        (b'{"instances": [{"features": {"values": [1], "keys": [0], "shape": [9]}}]}', JSON, "9"),
        (b'{"features": [1]}', LINES, "row 0 has 1"),
        (record(1, 2), RECORDIO, "row 0 has 2"),
        (b"1,2,3", RECORDIO, "malformed record"),
    ],
)
def test_what_does_not_fit_is_refused(body: bytes, content_type: str, said: str) -> None:
    with pytest.raises(MalformedBody, match=said):
        read_matrix(body, content_type, 3)


def test_other_types_are_refused_by_name() -> None:
    with pytest.raises(UnsupportedContentType, match="content-type image/png not supported"):
        read_matrix(b"1,2,3", "image/png", 3)
