"""HTTP to one container over connections that stay open, from any number of threads."""

import http.client
import queue
import socket
import time
from collections.abc import Callable, Mapping

from slipway_local.sagemaker.serving import Reply

_PING = b"GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n"
_LOOK_SECONDS = 0.1
# What the connection itself says; a caller's own would contradict it.
_OURS = frozenset(("connection", "content-length", "host", "transfer-encoding"))


class Channel:
    """Requests to a container's address.

    Every method raises ConnectionError where nobody answers, and TimeoutError.
    """

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self._idle: queue.LifoQueue[http.client.HTTPConnection] = queue.LifoQueue()

    def ping(self, alive: Callable[[], bool], seconds: float) -> int:
        """The status of /ping, asked once: it is answered when the model is loaded."""
        deadline = time.monotonic() + seconds
        with socket.create_connection(self._address, timeout=_LOOK_SECONDS) as connection:
            connection.sendall(_PING)
            while time.monotonic() < deadline:
                if not alive():
                    raise ConnectionResetError("the process ended")
                try:
                    return _status(connection.recv(64))
                except TimeoutError:
                    continue
        raise TimeoutError(f"no answer to /ping within {seconds:g} seconds")

    def post(self, path: str, body: bytes, headers: Mapping[str, str], timeout: float) -> Reply:
        """Send one request and read its answer."""
        return self._asked("POST", path, body, headers, timeout)

    def get(self, path: str, timeout: float) -> Reply:
        """Ask for what is at the path."""
        return self._asked("GET", path, b"", {}, timeout)

    def _asked(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str], timeout: float
    ) -> Reply:
        connection = self._connection(timeout)
        try:
            connection.request(method, path, body, _passed_on(headers))
            reply = _read(connection.getresponse())
        except BaseException as error:
            connection.close()
            if isinstance(error, http.client.HTTPException):
                raise ConnectionError(f"the container answered no HTTP: {error!r}") from error
            raise
        self._idle.put(connection)
        return reply

    def _connection(self, timeout: float) -> http.client.HTTPConnection:
        try:
            connection = self._idle.get_nowait()
        except queue.Empty:
            connection = http.client.HTTPConnection(*self._address, timeout=timeout)
            connection.connect()
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sock.settimeout(timeout)
        return connection

    def close(self) -> None:
        """Close the idle connections."""
        while True:
            try:
                self._idle.get_nowait().close()
            except queue.Empty:
                return


def _status(head: bytes) -> int:
    words = head.split(b" ", 2)
    if len(words) < 2 or not words[1].isdigit():
        raise ConnectionResetError("the container closed the connection")
    return int(words[1])


def _passed_on(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in _OURS}


def _read(response: http.client.HTTPResponse) -> Reply:
    if response.length is None and not response.chunked:
        raise http.client.HTTPException("an answer without its length: it may be cut")
    return Reply(response.status, dict(response.getheaders()), response.read())
