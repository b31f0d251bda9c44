"""Somebody's own container, without Docker: a file says what stands for its image."""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from slipway_local.images.custom import NAME, CustomImageRefused, find
from slipway_local.images.launcher import ProcessLauncher
from slipway_local.images.server import ProcessServer
from slipway_local.sagemaker.serving import Container, Health, Invocation, ServerGone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.local.images.conftest import Dock

IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/churn:3"
SERVE = """
import os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

words = open(os.path.join(sys.argv[2], "words.txt")).read()
print("loads", words, file=sys.stderr)

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer(200 if self.path == "/ping" else 404, b"")
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if body == b"die":
            os._exit(3)
        told = f"{words} {body.decode()} {os.environ['FLAVOUR']} {self.headers['Content-Type']}"
        self.answer(500 if body == b"fail" else 200, told.encode())
    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "text/x-own")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
ENTRY = f"""
{IMAGE}:
  command: [python, serve.py, "{{port}}", "{{model}}"]
  folder: container
  environment: {{FLAVOUR: plain}}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with somebody's own container in it."""
    folder = tmp_path / "project"
    (folder / "container").mkdir(parents=True)
    (folder / "container" / "serve.py").write_text(SERVE)
    (folder / NAME).write_text(ENTRY)
    return folder


@pytest.fixture
def launch(dock: Dock, project: Path) -> Iterator[Callable[..., ProcessServer]]:
    """Start a container of an image, with a model that is one file."""
    launched: list[ProcessServer] = []

    def start(image: str = IMAGE) -> ProcessServer:
        dock.store["s3://models/m.tar.gz"] = dock.pack({"words.txt": b"hello"})
        launcher = ProcessLauncher(dock.home, dock.store.__getitem__, project=project)
        server = launcher.launch(Container(image, "s3://models/m.tar.gz", {"FLAVOUR": "asked"}))
        assert isinstance(server, ProcessServer)
        launched.append(server)
        server.wait_started(60)
        return server

    yield start
    for server in launched:
        server.stop()


def ask(server: ProcessServer, body: bytes) -> tuple[int, str, bytes]:
    reply = server.invoke(Invocation(body, {"Content-Type": "text/csv"}), timeout=30)
    return reply.status, reply.headers["Content-Type"], reply.body


def test_a_command_that_speaks_the_contract_serves(launch: Callable[..., ProcessServer]) -> None:
    server = launch()
    assert (server.health(), server.failure()) == (Health.READY, "")
    assert ask(server, b"1,2") == (200, "text/x-own", b"hello 1,2 asked text/csv")
    assert ask(server, b"fail")[0] == 500
    assert b"loads hello" in server.log_path.read_bytes()


@pytest.mark.parametrize(
    ("other", "status", "said"),
    [
        ("self.answer(404, b'')", 404, b""),
        ("self.answer(200, b'{}')", 200, b"{}"),
        ("self.wfile.close()", 404, b""),
        ("__import__('time').sleep(60)", 404, b""),
    ],
)
def test_a_command_need_not_know_of_execution_parameters(
    launch: Callable[..., ProcessServer], project: Path, other: str, status: int, said: bytes
) -> None:
    usual = 'self.answer(200 if self.path == "/ping" else 404, b"")'
    asked = f'self.answer(200, b"") if self.path == "/ping" else {other}'
    (project / "container" / "serve.py").write_text(SERVE.replace(usual, asked))
    server = launch()
    reply = server.execution_parameters(timeout=30)
    assert (reply.status, reply.body) == (status, said)


def test_a_container_ends_with_its_command(launch: Callable[..., ProcessServer]) -> None:
    server = launch()
    deadline = time.monotonic() + 30
    while server.health() is not Health.FAILED:
        assert time.monotonic() < deadline, "it lives on"
        with suppress(ServerGone):
            ask(server, b"die")
    assert "code 3" in server.failure()


def test_a_command_that_ends_at_once_is_why(
    launch: Callable[..., ProcessServer], project: Path
) -> None:
    (project / "container" / "serve.py").write_text("raise SystemExit(7)")
    server = launch()
    assert server.health() is Health.FAILED
    assert "the command ended with code 7" in server.failure()


def test_an_image_of_one_s_own_without_an_entry_is_told_what_to_write(
    launch: Callable[..., ProcessServer],
) -> None:
    server = launch("123456789012.dkr.ecr.eu-west-1.amazonaws.com/other:1")
    assert server.health() is Health.FAILED
    assert NAME in server.failure()


def test_an_image_goes_by_its_repository_and_tag_in_every_account(project: Path) -> None:
    (project / NAME).write_text("churn:3: {command: python serve.py}")
    found = find(project, "999999999999.dkr.ecr.us-east-1.amazonaws.com/churn:3")
    assert found is not None
    assert found.entry.command == ("python", "serve.py")
    assert find(project, "churn:4") is None
    assert find(None, IMAGE) is None


def test_an_environment_may_be_there_already(project: Path) -> None:
    (project / NAME).write_text(f"churn:3: {{command: serve, python: {sys.executable}}}")
    found = find(project, IMAGE)
    assert found is not None
    assert found.python() == Path(sys.executable)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("churn:3: {command: []}", "churn:3: command"),
        ("churn:3: {command: serve, foldr: x}", "churn:3: foldr"),
        ("- churn:3", "dictionary"),
        ("churn:3: {", "no YAML"),
        ("churn:3: {command: serve, requirements: none.txt}", "requirements: there is no"),
        ("churn:3: {command: serve, folder: nowhere}", "folder: there is no"),
    ],
    ids=["empty", "typo", "list", "damaged", "requirements", "folder"],
)
def test_what_cannot_be_used_is_named(project: Path, tmp_path: Path, text: str, said: str) -> None:
    (project / NAME).write_text(text)
    with pytest.raises(CustomImageRefused, match=said):
        use(project, tmp_path / "program")


def use(project: Path, program: Path) -> None:
    """What a launcher does with an entry."""
    found = find(project, IMAGE)
    assert found is not None
    found.requirements()
    found.lay_out(program)
