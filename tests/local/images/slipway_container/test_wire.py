"""HTTP as the container reads and writes it."""

import asyncio

import pytest
from slipway_local.images.slipway_container.messages import Request, Response
from slipway_local.images.slipway_container.wire import Connection, encode_response


class Written(asyncio.WriteTransport):
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.data = b""
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.data += bytes(data)

    def close(self) -> None:
        self.closed = True


def exchange(*parts: bytes) -> tuple[list[Request], Written]:
    """What a connection that receives the parts asks, and what it writes."""
    asked: list[Request] = []

    def respond(request: Request) -> Response:
        asked.append(request)
        return Response(200, request.body, "text/plain")

    connection, transport = Connection(respond), Written()
    connection.connection_made(transport)
    for part in parts:
        connection.data_received(part)
    return asked, transport


HEAD = (
    b"POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nContent-Length: 3\r\n\r\n"
)
POST = HEAD + b"1,2"


def test_a_request_is_answered() -> None:
    [request], transport = exchange(POST)
    assert (request.method, request.path, request.body) == ("POST", "/invocations", b"1,2")
    assert request.content_type == "text/csv"
    expected = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\n1,2"
    assert transport.data == expected


@pytest.mark.parametrize("size", [1, 2, 7, 50, len(POST) + 1])
def test_requests_may_come_in_any_pieces(size: int) -> None:
    stream = POST * 3
    pieces = [stream[start : start + size] for start in range(0, len(stream), size)]
    asked, _ = exchange(*pieces)
    assert [request.body for request in asked] == [b"1,2"] * 3


@pytest.mark.parametrize(
    ("bad", "status"),
    [
        (b"GET /\r\n\r\n", b"400"),
        (b"GET / HTTP/2\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", b"411"),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000, b"431"),
    ],
)
def test_what_is_not_understood_ends_the_connection(bad: bytes, status: bytes) -> None:
    asked, transport = exchange(bad)
    assert asked == []
    assert transport.data.startswith(b"HTTP/1.1 " + status)
    assert transport.closed


def test_no_content_has_no_body() -> None:
    assert encode_response(Response(204)) == b"HTTP/1.1 204 No Content\r\n\r\n"


def test_a_header_cannot_be_split() -> None:
    encoded = encode_response(Response(200, b"", "text/plain\r\nX-Evil: 1"))
    assert b"\r\nX-Evil" not in encoded
