"""Containers of tasks as processes."""

from __future__ import annotations

import os
import sys
import time
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from slipway_local.ecs.running import Program
from slipway_local.images.custom import NAME
from slipway_local.images.tasks import ProcessContainer, ProcessTasks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PRINT = "import os, sys; print('hello', *sys.argv[1:], os.environ.get('WHO')); sys.exit(4)"
SLEEP = "import time; print('sleeps', flush=True); time.sleep(60)"
DEAF = f"import signal; signal.signal(15, signal.SIG_IGN); {SLEEP}"
SERVE = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"served")
print("serves", flush=True)
http.server.HTTPServer((sys.argv[1], int(sys.argv[2])), Handler).serve_forever()
"""

Start = "Callable[..., ProcessContainer]"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "code").mkdir(parents=True)
    (folder / "code" / "main.py").write_text("print('its own command')")
    entry = f"job:1:\n  command: [python, main.py]\n  folder: code\n  python: {sys.executable}\n"
    (folder / NAME).write_text(entry)
    return folder


@pytest.fixture
def tasks(tmp_path: Path, project: Path) -> Iterator[ProcessTasks]:
    made = ProcessTasks(tmp_path / "home", project=project)
    yield made
    made.stop()


@pytest.fixture
def start(tasks: ProcessTasks) -> Callable[..., ProcessContainer]:
    """Start a container of the image `job:1`."""

    def make(*command: str, **changes: Any) -> ProcessContainer:  # noqa: ANN401
        usual: dict[str, Any] = {
            "task": "t",
            "name": "main",
            "image": "job:1",
            "entry_point": (),
            "command": command,
            "environment": {},
            "address": tasks.address(),
            "memory": 1,
            "ports": (),
            "reach": changes.get("ports", ()),
            "folder": None,
            "mounts": {},
        }
        return tasks.run(Program(**{**usual, **changes}))

    return make


def eventually(look: Callable[[], Any], seconds: float = 30.0) -> Any:  # noqa: ANN401
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "It did not come."
        time.sleep(0.02)
    return found


def ended(container: ProcessContainer) -> tuple[int | None, list[str]]:
    """Its exit code, and all that it printed."""
    eventually(lambda: container.code() is not None or container.failure())
    return container.code(), [*container.lines()]


def test_a_command_runs_and_ends(start: Any) -> None:  # noqa: ANN401
    container = start("python", "-c", PRINT, "you", environment={"WHO": "me"})
    assert ended(container) == (4, ["hello you me"])
    assert container.began()
    assert container.lines() == []


def test_without_one_the_images_own_runs(start: Any) -> None:  # noqa: ANN401
    assert ended(start()) == (0, ["its own command"])


def test_an_entry_point_comes_before_the_command(start: Any) -> None:  # noqa: ANN401
    container = start("echo $0 and $1", "a", "b", entry_point=("sh", "-c"))
    assert ended(container) == (0, ["a and b"])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"image": "unknown:1"}, "CannotPullContainerError: image 'unknown:1' is not known here"),
        ({"command": ("nowhere",)}, "CannotStartContainerError: exec: 'nowhere'"),
    ],
)
def test_what_cannot_start_says_why(start: Any, changes: Any, words: str) -> None:  # noqa: ANN401
    container = start(**changes)
    assert ended(container) == (None, [])
    assert container.failure().startswith(words)
    assert not container.began()


def test_a_container_is_asked_to_end(start: Any) -> None:  # noqa: ANN401
    container = start("python", "-c", SLEEP)
    eventually(container.lines)
    assert container.memory() > 0
    container.terminate()
    assert ended(container)[0] == 143


def test_who_does_not_heed_it_is_killed(start: Any) -> None:  # noqa: ANN401
    container = start("python", "-c", DEAF)
    eventually(container.lines)
    container.terminate()
    container.kill()
    assert ended(container)[0] == 137


def test_who_is_stopped_before_it_begins_never_does(start: Any) -> None:  # noqa: ANN401
    container = start("python", "-c", SLEEP)
    container.terminate()
    container.wait(30)
    assert container.began() == (container.code() is not None)
    assert container.began() == (container.failure() == "")


def test_containers_of_a_task_share_a_volume(start: Any, tasks: ProcessTasks) -> None:  # noqa: ANN401
    mounts = {"/models": "models"}
    written = start("echo a > /models/one && ls /models", entry_point=("sh", "-c"), mounts=mounts)
    assert ended(written) == (0, ["one"])
    read = start("cat", "/models/one", name="next", mounts=mounts)
    assert ended(read) == (0, ["a"])
    told = start("sh", "-c", "ls $WHERE", environment={"WHERE": "/models"}, name="x", mounts=mounts)
    assert ended(told) == (0, ["one"])
    tasks.discard("t")
    assert ended(start("cat", "/models/one", mounts=mounts))[0] == 1


def test_a_port_is_reached_at_the_tasks_address(start: Any) -> None:  # noqa: ANN401
    container = start("python", "-c", SERVE, "{address}", "{port}", ports=(18501,))
    eventually(container.lines)
    (binding,) = container.bindings()
    url = f"http://{binding.host}:{binding.host_port}"
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == b"served"


def test_a_health_check_runs_beside_it(start: Any) -> None:  # noqa: ANN401
    container = start("python", "-c", SLEEP, environment={"FLAG": "7"})
    eventually(container.lines)
    good, bad = (container.probe(["sh", "-c", f"exit $(($FLAG - {n}))"]) for n in (7, 5))
    assert eventually(lambda: good.code() is not None)
    assert good.code() == 0
    assert eventually(lambda: bad.code() is not None)
    assert bad.code() == 2
    slow = container.probe(["sleep", "60"])
    assert slow.code() is None
    slow.kill()
    assert slow.code() == 137
    container.kill()
    assert ended(container)[0] == 137


def test_nothing_is_left(start: Any, tasks: ProcessTasks, tmp_path: Path) -> None:  # noqa: ANN401
    container = start("python", "-c", SLEEP)
    eventually(container.lines)
    tasks.stop()
    assert container.code() == 137
    assert [*(tmp_path / "home" / "containers" / str(os.getpid())).iterdir()] == []
