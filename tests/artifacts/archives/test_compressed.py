"""What joblib compresses is opened in bounded steps, LZ4 included."""

from __future__ import annotations

import bz2
import gzip
import lzma
import pickle
import random
import struct
import tracemalloc
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slipway.artifacts import ArchiveRefused
from slipway.artifacts.archives.compressed import compression_of, open_compressed
from slipway.artifacts.archives.lz4 import Lz4Frame, decode_block
from slipway.artifacts.archives.reader import Damaged, Reader, reader_of

if TYPE_CHECKING:
    from collections.abc import Callable

DATA = pickle.dumps([str(number) for number in range(5000)])


def lz4_block(data: bytes) -> bytes:
    """Greedy LZ4: literals and copies of four bytes or more, as the format describes."""
    out, start, at, seen = b"", 0, 0, dict[bytes, int]()
    while at < len(data) - 12:
        key = data[at : at + 4]
        before, seen[key] = seen.get(key, -1), at
        if before < 0 or at - before > 65535:
            at += 1
            continue
        length = 4
        while at + length < len(data) - 5 and data[before + length] == data[at + length]:
            length += 1
        out += sequence(data[start:at], at - before, length)
        at += length
        start = at
    return out + sequence(data[start:])


def sequence(literals: bytes, distance: int = 0, length: int = 4) -> bytes:
    token = min(len(literals), 15) << 4 | min(length - 4, 15)
    out = bytes([token]) + rest(len(literals)) + literals
    return out + (struct.pack("<H", distance) + rest(length - 4) if distance else b"")


def rest(length: int) -> bytes:
    if length < 15:
        return b""
    full, last = divmod(length - 15, 255)
    return b"\xff" * full + bytes([last])


def lz4_frame(data: bytes, *, flags: int = 0x60) -> bytes:
    """A frame of 64 KiB blocks; every second block is stored as it is."""
    out = b"\x04\x22\x4d\x18" + bytes([flags, 0x40])
    if flags & 0x08:
        out += struct.pack("<Q", len(data))
    out += b"\x00"
    for number, start in enumerate(range(0, len(data), 65536)):
        part = data[start : start + 65536]
        block = lz4_block(part) if number % 2 == 0 else part
        out += struct.pack("<I", len(block) | (number % 2) << 31) + block
        out += bytes(4) if flags & 0x10 else b""
    return out + bytes(4) + (bytes(4) if flags & 0x04 else b"")


PACKED = {
    "zlib": zlib.compress(DATA),
    "gzip": gzip.compress(DATA),
    "bz2": bz2.compress(DATA),
    "xz": lzma.compress(DATA),
    "lzma": lzma.compress(DATA, lzma.FORMAT_ALONE),
    "lz4": lz4_frame(DATA),
}


def contents(data: bytes) -> bytes:
    reader = open_compressed(reader_of(data))
    out = b""
    while part := reader.some():
        out += part
    return out


@pytest.mark.parametrize("name", PACKED)
def test_every_compression_is_known_and_opened(name: str) -> None:
    assert compression_of(PACKED[name]) == name
    assert contents(PACKED[name]) == DATA


@pytest.mark.parametrize("name", PACKED)
def test_cut_damaged_and_followed_contents_are_damaged(name: str) -> None:
    packed = PACKED[name]
    for data in (packed[:-9], packed + b"more"):
        with pytest.raises(Damaged):
            contents(data)


def test_a_plain_pickle_is_not_compressed() -> None:
    assert compression_of(DATA) == ""


@pytest.mark.parametrize("flags", [0x40, 0x60, 0x64, 0x68, 0x70, 0x7C])
def test_every_flag_of_an_lz4_frame_is_read(flags: int) -> None:
    data = random.Random(3).randbytes(1000) * 200  # noqa: S311 - data, not secrets
    assert contents(lz4_frame(data, flags=flags)) == data


@given(st.binary(max_size=300))
def test_lz4_blocks_round_trip(data: bytes) -> None:
    assert decode_block(lz4_block(data * 3), b"", 65536) == data * 3


@given(st.binary(max_size=200))
def test_any_lz4_block_is_read_or_damaged(data: bytes) -> None:
    try:
        assert len(decode_block(data, b"before", 65536)) <= 2 * 65536
    except Damaged:
        return


def test_an_lz4_frame_can_arrive_byte_by_byte() -> None:
    frame, out = Lz4Frame(), b""
    for byte in PACKED["lz4"]:
        out += frame.decompress(bytes([byte]), 1000)
    while not frame.eof or len(out) < len(DATA):
        out += frame.decompress(b"", 1000)
    assert out == DATA


@pytest.mark.parametrize("pack", [bz2.compress, lzma.compress, zlib.compress])
def test_bombs_end_without_memory(pack: Callable[[bytes], bytes]) -> None:
    reader = open_compressed(reader_of(pack(bytes(70_000_000))))
    tracemalloc.start()
    with pytest.raises(ArchiveRefused, match="work-bytes"):
        reader.skip(70_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10_000_000


def test_a_dictionary_that_would_take_memory_is_refused() -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 256 * 2**20}]
    packed = lzma.LZMACompressor(lzma.FORMAT_XZ, filters=filters)
    data = packed.compress(b"x" * 1000) + packed.flush()
    with pytest.raises(Damaged, match="emory"):
        contents(data)


def test_the_source_is_read_forward_only() -> None:
    parts = [PACKED["bz2"][start : start + 7] for start in range(0, len(PACKED["bz2"]), 7)]
    reader = open_compressed(Reader(lambda _most: parts.pop(0) if parts else b""))
    assert reader.peek(len(DATA)) == DATA
