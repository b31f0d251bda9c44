"""A zip is believed where its directory agrees with what passed by, and nowhere else."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slipway.artifacts import ArchiveRefused
from slipway.artifacts.archives.reader import Damaged, Reader, reader_of
from slipway.artifacts.archives.zips import Zip

if TYPE_CHECKING:
    from collections.abc import Callable

FILES = {
    "m/data.pkl": b"N.",
    "m/data/0": bytes(100_000) + b"PK\x07\x08" + bytes(50),
    "m/version": b"3",
}


def stored(files: dict[str, bytes] = FILES, method: int = zipfile.ZIP_STORED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, contents in files.items():
            archive.writestr(name, contents)
    return data.getvalue()


class _Pipe(io.RawIOBase):
    """A file that cannot seek, so that sizes come behind the data as torch writes them."""

    def __init__(self) -> None:
        self.data = b""

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        assert isinstance(data, bytes | bytearray | memoryview)
        self.data += bytes(data)
        return len(data)


def piped(method: int = zipfile.ZIP_STORED, *, wide: bool = False) -> bytes:
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", method) as archive:
        for name, contents in FILES.items():
            with archive.open(name, "w", force_zip64=wide) as entry:
                entry.write(contents)
    return pipe.data


def read(data: bytes) -> dict[str, bytes]:
    return {entry.name: entry.reader.peek(1 << 20) for entry in Zip(reader_of(data))}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_zips_of_python_are_read(method: int) -> None:
    assert read(stored(method=method)) == FILES
    assert read(piped(method)) == FILES


def test_entries_not_read_are_checked_all_the_same() -> None:
    assert [entry.name for entry in Zip(reader_of(piped()))] == list(FILES)


def test_the_cut_of_the_chunks_does_not_matter() -> None:
    data = piped()
    parts = [data[start : start + 11] for start in range(0, len(data), 11)]
    reader = Reader(lambda _most: parts.pop(0) if parts else b"")
    assert {entry.name: entry.reader.peek(1 << 20) for entry in Zip(reader)} == FILES


def central(data: bytes) -> int:
    return data.index(b"PK\x01\x02")


def change(offset: int, value: bytes) -> Callable[[bytes], bytes]:
    def apply(data: bytes) -> bytes:
        at = central(data) + offset
        return data[:at] + value + data[at + len(value) :]

    return apply


def local(offset: int, value: bytes) -> Callable[[bytes], bytes]:
    return lambda data: data[:offset] + value + data[offset + len(value) :]


def with_decoy(data: bytes) -> bytes:
    """A descriptor inside the contents that matches what came before it."""
    inner = b"good"
    fake = b"PK\x07\x08" + struct.pack("<III", zlib.crc32(inner), 4, 4)
    del data
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w") as archive, archive.open("x", "w") as entry:
        entry.write(inner + fake + b"PK\x03\x04 hidden")
    return pipe.data


LIES: dict[str, Callable[[bytes], bytes]] = {
    "another name": change(46, b"X/data.pkl"),
    "another checksum": change(16, b"\0\0\0\0"),
    "another size": change(24, struct.pack("<I", 1)),
    "another packed size": change(20, struct.pack("<I", 1)),
    "another offset": change(42, struct.pack("<I", 7)),
    "another method": change(10, struct.pack("<H", 8)),
    "flags in the directory": change(8, struct.pack("<H", 1)),
    "flags in the header": local(6, struct.pack("<H", 1)),
    "method in the header": local(8, struct.pack("<H", 12)),
    "checksum in the header": local(14, b"\0\0\0\0"),
    "contents": local(40, b"X"),
    "junk before": lambda data: b"PK\x03\x04junk" + data,
    "junk after": lambda data: data + b"junk",
    "junk before the directory": lambda data: data[: central(data)] + b"x" + data[central(data) :],
    "a comment": lambda data: data[:-2] + b"\x04\x00note",
    "fewer entries": lambda data: data[:-14] + struct.pack("<HH", 2, 2) + data[-10:],
    "no directory": lambda data: data[: central(data)],
    "cut": lambda data: data[:-30],
    "a second zip": lambda data: data + data,
    "an entry twice": lambda data: data[:42] + data,
    "a decoy descriptor": with_decoy,
}


@pytest.mark.parametrize("name", LIES)
def test_a_zip_that_contradicts_itself_is_damaged(name: str) -> None:
    data = LIES[name](stored())
    with pytest.raises(Damaged):
        read(data)


def test_a_bomb_ends() -> None:
    with pytest.raises(ArchiveRefused, match="work-bytes"):
        read(stored({"zeros": bytes(70_000_000)}, zipfile.ZIP_DEFLATED))


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_damaged(data: bytes) -> None:
    try:
        read(b"PK\x03\x04" + data)
    except Damaged:
        return


@given(st.integers(0, 2**32), st.binary(min_size=1, max_size=4))
def test_damaged_zips_are_read_or_damaged(place: int, patch: bytes) -> None:
    data = stored({"a": b"one", "b": b"two"}, zipfile.ZIP_DEFLATED)
    at = place % len(data)
    try:
        read(data[:at] + patch + data[at + len(patch) :])
    except Damaged:
        return
