"""HTTP/1.1 with keep-alive, as much as the container contract needs, on one asyncio loop.

Requests are answered one at a time, in the order they come, as one worker of a real container
does: models are seldom safe to call from two threads.
"""

import asyncio
import http
import socket
from collections.abc import Callable

from .messages import Request, Response

Respond = Callable[[Request], Response]

_HEAD_BYTES = 64 * 1024
_END_OF_HEAD = b"\r\n\r\n"


class MalformedRequest(Exception):
    """Bytes that are no request this server reads; its arguments are status and reason."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Connection(asyncio.Protocol):
    """One connection: bytes in, requests to `respond`, answers out."""

    def __init__(self, respond: Respond) -> None:
        self._respond = respond
        self._received = bytearray()
        self._body_start = 0
        self._head = Request("", "", {}, b"")
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back; answer small writes at once."""
        assert isinstance(transport, asyncio.WriteTransport)  # noqa: S101 - asyncio's promise
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that is complete."""
        self._received += data
        try:
            while (request := self._take_request()) is not None:
                self._send(self._respond(request))
        except MalformedRequest as malformed:
            self._send(Response(malformed.status, str(malformed).encode(), "text/plain"))
            if self._transport:
                self._transport.close()

    def _send(self, response: Response) -> None:
        if self._transport:
            self._transport.write(encode_response(response))

    def _take_request(self) -> Request | None:
        if not self._body_start and not self._take_head():
            return None
        end = self._body_start + int(self._head.headers.get("content-length", "0"))
        if len(self._received) < end:
            return None
        body = bytes(self._received[self._body_start : end])
        del self._received[:end]
        self._body_start = 0
        return Request(self._head.method, self._head.path, self._head.headers, body)

    def _take_head(self) -> bool:
        end = self._received.find(_END_OF_HEAD, 0, _HEAD_BYTES)
        if end < 0:
            if len(self._received) >= _HEAD_BYTES:
                raise MalformedRequest(431, "the request's headers are too large")
            return False
        self._head = parse_head(self._received[:end].decode("latin-1"))
        self._body_start = end + len(_END_OF_HEAD)
        return True


def parse_head(head: str) -> Request:
    """A request without its body; raises MalformedRequest."""
    first, *lines = head.split("\r\n")
    match first.split(" "):
        case [method, path, "HTTP/1.1" | "HTTP/1.0"]:
            pairs = (line.partition(":") for line in lines)
            headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        case _:
            raise MalformedRequest(400, "the request line is malformed")
    if not headers.get("content-length", "0").isdecimal():
        raise MalformedRequest(400, "Content-Length is no number")
    if "transfer-encoding" in headers:
        raise MalformedRequest(411, "send Content-Length; chunked bodies are not read")
    return Request(method, path, headers, b"")


def encode_response(response: Response) -> bytes:
    """The answer's bytes; a 204 has no body."""
    reason = http.HTTPStatus(response.status).phrase
    lines = [f"HTTP/1.1 {response.status} {reason}"]
    if response.status != http.HTTPStatus.NO_CONTENT:
        lines += [f"Content-Type: {_one_line(response.content_type)}"]
        lines += [f"Content-Length: {len(response.body)}"]
    lines += [f"{name}: {_one_line(value)}" for name, value in response.headers.items()]
    return "\r\n".join(lines).encode("latin-1", "replace") + _END_OF_HEAD + response.body


def _one_line(value: str) -> str:
    return value.replace("\r", " ").replace("\n", " ")


def serve(listener: socket.socket, respond: Respond) -> None:
    """Answer requests on a listening socket until the process ends."""

    async def forever() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Connection(respond), sock=listener)
        await server.serve_forever()

    asyncio.run(forever())
