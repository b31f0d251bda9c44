"""Event streams, the binary messages that InvokeEndpointWithResponseStream answers in.

    total length │ headers' length │ CRC of both │ headers │ payload │ CRC of all before

Source: "Amazon event stream encoding" (application/vnd.amazon.eventstream), Smithy.
"""

import zlib
from collections.abc import Iterator

CONTENT_TYPE = "application/vnd.amazon.eventstream"
_PART = 8192
_STRING = 7
_AROUND = 16  # the bytes of both lengths and both CRCs


def encode(body: bytes) -> bytes:
    """The body as PayloadPart events: one for each of its lines, or pieces of long ones."""
    return b"".join(_message("PayloadPart", part) for part in _parts(body))


def _parts(body: bytes) -> Iterator[bytes]:
    for line in body.splitlines(keepends=True):
        for start in range(0, len(line), _PART):
            yield line[start : start + _PART]


def _message(kind: str, payload: bytes) -> bytes:
    headers = b"".join(
        (
            _header(":message-type", "event"),
            _header(":event-type", kind),
            _header(":content-type", "application/octet-stream"),
        )
    )
    lengths = _number(_AROUND + len(headers) + len(payload)) + _number(len(headers))
    whole = lengths + _number(zlib.crc32(lengths)) + headers + payload
    return whole + _number(zlib.crc32(whole))


def _header(name: str, value: str) -> bytes:
    text = value.encode()
    return bytes([len(name)]) + name.encode() + bytes([_STRING]) + len(text).to_bytes(2) + text


def _number(value: int) -> bytes:
    return value.to_bytes(4)
