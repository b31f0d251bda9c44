"""An object's records, and how many of them go into one request.

Source: TransformInput's SplitType and CreateTransformJob's BatchStrategy: records of a binary
format keep their frames where a request has many, and lose them where it has one.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BufferedIOBase

from slipway_local.sagemaker.batch.failures import ObjectFailed, too_large

_MAGIC = struct.pack("<I", 0xCED7230A)
_WHOLE, _LAST = 0, 3  # of the parts that a record with the magic number in it is cut into


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it was `given`, and what of it is `sent`."""

    given: bytes
    sent: bytes


def split(content: BufferedIOBase, kind: str, *, bare: bool) -> Iterator[bytes]:
    """The records of an object; `bare` ones are without their frames. Raises ObjectFailed."""
    if kind == "Line":
        yield from content
    elif kind == "RecordIO":
        yield from _record_io(content, bare=bare)
    elif kind == "TFRecord":
        yield from _tf_records(content, bare=bare)
    elif whole := content.read():
        yield whole


def pack(records: Iterable[Record], *, single: bool, limit: int) -> Iterator[list[Record]]:
    """As many records a request as `limit` bytes hold, or one; a limit of 0 is none.

    Raises ObjectFailed at a record that is larger.
    """
    batch: list[Record] = []
    size = 0
    for record in records:
        length = len(record.sent)
        if 0 < limit < length:
            raise too_large()
        if batch and (single or 0 < limit < size + length):
            yield batch
            batch, size = [], 0
        batch.append(record)
        size += length
    if batch:
        yield batch


def _record_io(content: BufferedIOBase, *, bare: bool) -> Iterator[bytes]:
    frames: list[bytes] = []
    parts: list[bytes] = []
    while head := content.read(8):
        if len(head) < 8 or head[:4] != _MAGIC:
            raise ObjectFailed("The object is no RecordIO")
        (word,) = struct.unpack("<I", head[4:])
        length = word & (1 << 29) - 1
        body = _exactly(content, length + -length % 4, "RecordIO")
        frames.append(head + body)
        parts.append(body[:length])
        if word >> 29 in (_WHOLE, _LAST):
            yield _MAGIC.join(parts) if bare else b"".join(frames)
            frames, parts = [], []


def _tf_records(content: BufferedIOBase, *, bare: bool) -> Iterator[bytes]:
    while head := content.read(12):
        if len(head) < 12:
            raise ObjectFailed("The object is no TFRecord")
        (length,) = struct.unpack("<Q", head[:8])
        body = _exactly(content, length + 4, "TFRecord")
        yield body[:length] if bare else head + body


def _exactly(content: BufferedIOBase, length: int, kind: str) -> bytes:
    body = content.read(length)
    if len(body) < length:
        raise ObjectFailed(f"The object is no {kind}: its last record is cut")
    return body
