"""RecordIO-protobuf, written here by the format's description."""

import struct

import numpy as np
import pytest
from slipway_local.images.slipway_container.recordio import read_records


def frame(record: bytes) -> bytes:
    return struct.pack("<II", 0xCED7230A, len(record)) + record + bytes(-len(record) % 4)


def field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2]) + varint(len(content)) + content


def varint(value: int) -> bytes:
    low, high = value & 0x7F, value >> 7
    return bytes([low | 0x80]) + varint(high) if high else bytes([low])


def record(tensor: bytes, kind: int = 2, name: bytes = b"values") -> bytes:
    return field(1, field(1, name) + field(2, field(kind, tensor)))


def floats(*values: float) -> bytes:
    return field(1, struct.pack(f"<{len(values)}f", *values))


def test_dense_rows() -> None:
    rows = read_records(frame(record(floats(1.5, -2.0))) + frame(record(floats(3.0, 4.0))))
    assert [row.values.tolist() for row in rows] == [[1.5, -2.0], [3.0, 4.0]]
    assert all(row.keys is None and row.width == 2 for row in rows)


def test_doubles_and_integers() -> None:
    [row] = read_records(frame(record(field(1, struct.pack("<2d", 0.5, 2.0)), kind=3)))
    assert row.values.tolist() == [0.5, 2.0]
    packed = varint(7) + varint(300) + varint(2**64 - 5)
    [row] = read_records(frame(record(field(1, packed), kind=7)))
    assert row.values.tolist() == [7.0, 300.0, -5.0]


def test_sparse_rows() -> None:
    tensor = floats(1.0, 2.0) + field(2, varint(3) + varint(200)) + field(3, varint(1000))
    [row] = read_records(frame(record(tensor)))
    assert row.keys is not None
    assert (row.keys.tolist(), row.width) == ([3, 200], 1000)
    [empty] = read_records(frame(record(field(3, varint(9)))))
    assert (empty.values.size, empty.width) == (0, 9)


def test_a_label_is_passed_over() -> None:
    label = field(2, field(1, b"values") + field(2, field(2, floats(1.0))))
    [row] = read_records(frame(label + record(floats(5.0))))
    assert row.values.tolist() == [5.0]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"1,2,3",
        frame(record(floats(1.0)))[:-4],
        frame(record(floats(1.0))) + b"\x00",
        frame(record(floats(1.0), name=b"other")),
        frame(record(floats(1.0), kind=9)),
        frame(record(field(1, b"123"))),
        frame(record(floats(1.0) + field(2, varint(1) + varint(2)))),
        frame(b"\x0a\xff"),
        frame(b"\x0a" + b"\xff" * 20),
        frame(b"\x0b"),
    ],
)
def test_malformed_bodies_are_refused(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - numpy words some of them
        read_records(body)


def test_random_bytes_never_do_worse() -> None:
    rng = np.random.default_rng(7)
    good = frame(record(floats(1.0, 2.0) + field(2, b"\x01\x02") + field(3, b"\x05")))
    for _ in range(2000):
        broken = bytearray(good)
        broken[rng.integers(8, len(good))] = rng.integers(256)
        try:
            read_records(bytes(broken))
        except ValueError:
            continue
