"""Talking to a container's port."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from slipway_local.images.channel import Channel

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Seen: yes\r\n\r\nok"


@contextmanager
def answering(answer: Callable[[socket.socket], None]) -> Iterator[tuple[str, int]]:
    """A port where each connection is given to `answer`."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                answer(connection)

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def test_one_connection_serves_one_request_after_the_other() -> None:
    heads: list[bytes] = []
    connections: list[int] = []

    def answer(connection: socket.socket) -> None:
        connections.append(1)
        while head := connection.recv(65536):
            heads.append(head)
            connection.sendall(OK)

    with answering(answer) as address:
        channel = Channel(address)
        for _ in range(3):
            headers = {"Content-Type": "text/csv", "Content-Length": "7", "Host": "evil"}
            reply = channel.post("/invocations", b"1,2", headers, 5)
            assert (reply.status, reply.headers["X-Seen"], reply.body) == (200, "yes", b"ok")
        channel.close()
    assert len(connections) == 1
    assert b"Content-Length: 3" in heads[0]
    assert b"evil" not in heads[0]


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
    with pytest.raises(ConnectionError):
        Channel(address).post("/invocations", b"", {}, 5)
    with pytest.raises(ConnectionError):
        Channel(address).ping(lambda: True, 5)


def test_silence_times_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        channel = Channel(listener.getsockname())
        with pytest.raises(TimeoutError):
            channel.post("/invocations", b"", {}, 0.05)
        with pytest.raises(TimeoutError, match=r"within 0.05 seconds"):
            channel.ping(lambda: True, 0.05)
        with pytest.raises(ConnectionResetError):
            channel.ping(lambda: False, 5)


@pytest.mark.parametrize("said", [b"", b"SSH-2.0-OpenSSH_9.6\r\n", b"HTTP/1.1 200 OK\r\n"])
def test_what_is_no_http_is_no_answer(said: bytes) -> None:
    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(said)

    with answering(answer) as address, pytest.raises(ConnectionError):
        Channel(address).post("/invocations", b"", {}, 5)


def test_a_ping_tells_its_status() -> None:
    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 503 Service Unavailable\r\n\r\n")

    with answering(answer) as address:
        assert Channel(address).ping(lambda: True, 5) == 503
