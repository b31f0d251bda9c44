"""The launcher, end to end: real archives, real processes, real requests."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from slipway_local.images.slipway_container.confinement import Bounds
from slipway_local.sagemaker.serving import Health, ServerGone

if TYPE_CHECKING:
    from slipway_local.images.server import ProcessServer

    from tests.local.images.conftest import Dock

MIB = 1024**2
LOADS_JOBLIB = """
import os, joblib
def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "model.joblib"))
"""
ECHO = """
def model_fn(model_dir): return None
def transform_fn(model, data, content_type, accept): return data, accept
"""
LOOKS_AROUND = """
import socket
with socket.create_server(("127.0.0.1", 0)) as own:
    socket.create_connection(own.getsockname()).close()
try:
    socket.create_connection(("127.0.0.1", PORT)).close()
except OSError:
    pass
else:
    raise RuntimeError("another network was reached")
"""
SCRIPTED = {
    "SAGEMAKER_PROGRAM": "inference.py",
    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
}
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give it a user of its own")


@pytest.fixture
def line(dock: Dock, straight_line: bytes) -> ProcessServer:
    """A container that serves x0 + 2 x1."""
    files = {"model.joblib": straight_line, "code/inference.py": LOADS_JOBLIB.encode()}
    return dock.start(files, env=SCRIPTED)


def test_a_model_with_its_script_is_served(dock: Dock, line: ProcessServer) -> None:
    assert (line.health(), line.failure()) == (Health.READY, "")
    reply = dock.ask(line, b"[[1, 2], [3, 4]]")
    assert (reply.status, reply.headers["Content-Type"]) == (200, "application/json")
    assert json.loads(reply.body) == pytest.approx([5.0, 11.0])


def test_many_threads_get_their_own_answers(dock: Dock, line: ProcessServer) -> None:
    def answer(n: int) -> float:
        return float(json.loads(dock.ask(line, f"[[{n}, 0]]".encode()).body)[0])

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(answer, range(400)))
    assert answers == pytest.approx(list(range(400)), abs=1e-3)


def test_five_hundred_requests_a_second_pass(dock: Dock) -> None:
    server = dock.run(ECHO)
    began = time.perf_counter()
    for _ in range(500):
        dock.ask(server)
    assert time.perf_counter() - began < 1.0


def test_large_bodies_come_back_whole(dock: Dock) -> None:
    body = os.urandom(5 * MIB)
    assert dock.ask(dock.run(ECHO), body, "application/octet-stream").body == body


def test_after_stop_nothing_is_left(dock: Dock, line: ProcessServer) -> None:
    address = line.address()
    assert address is not None
    processes = _processes_with(f"SAGEMAKER_BIND_TO_PORT={address[1]}")
    line.stop()
    line.stop()
    assert len(processes) == 2  # the server and its warden
    assert dock.eventually(lambda: not any(map(dock.alive, processes)))
    assert list((dock.home / "containers").glob("*/*")) == []
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, timeout=1)
    assert (line.health(), line.failure()) == (Health.FAILED, "the container was stopped")
    with pytest.raises(ServerGone, match="stopped"):
        dock.ask(line)


def test_the_log_outlives_the_container(dock: Dock) -> None:
    server = dock.run("print('hello from the script')\n" + ECHO)
    server.stop()
    assert "hello from the script" in server.log_path.read_text()


def test_a_container_that_exits_has_failed(dock: Dock) -> None:
    server = dock.run(
        "import os\ndef model_fn(d): return 0\ndef predict_fn(data, model): os._exit(3)\n"
    )
    with pytest.raises(ServerGone):
        dock.ask(server)
    assert dock.eventually(lambda: server.health() is Health.FAILED)
    assert server.failure().startswith("the container exited with code 3")


def test_a_slow_answer_times_out(dock: Dock) -> None:
    server = dock.run(
        "import time\ndef model_fn(d): return 0\ndef predict_fn(data, model): time.sleep(60)\n"
    )
    with pytest.raises(TimeoutError):
        dock.ask(server, timeout=0.2)


def test_a_request_that_never_ends_does_not_block_the_next(dock: Dock) -> None:
    server = dock.run(
        "def model_fn(d): return 0\n"
        "def predict_fn(data, model):\n    while data.size: pass\n    return data\n",
        env={"SAGEMAKER_MODEL_SERVER_TIMEOUT": "1"},
    )
    assert dock.ask(server, b"[1]").status == 500
    assert dock.ask(server, b"[]").body == b"[]"


class TestModelsThatCannotLoad:
    def test_a_script_must_be_named(self, dock: Dock, straight_line: bytes) -> None:
        server = dock.start({"model.joblib": straight_line})
        assert server.health() is Health.FAILED
        assert "no default model_fn" in server.failure()
        assert "SAGEMAKER_PROGRAM" in server.failure()

    @pytest.mark.parametrize(
        ("code", "reason"),
        [
            (
                "import foo\n",
                "ModuleNotFoundError: No module named 'foo' (import in code/inference.py line 1)",
            ),
            (
                "def model_fn(d):\n    return {}['weights']\n",
                "KeyError: 'weights' (model_fn in code/inference.py line 2)",
            ),
            ("def model_fn(d:\n", "SyntaxError"),
            ("import sys\nsys.exit('no licence')\n", "SystemExit: no licence"),
            ("import os\nos._exit(7)\n", "the container exited with code 7"),
            ("import os\nos.kill(os.getpid(), 11)\n", "was killed by SIGSEGV"),
            (ECHO + "def input_fn(*_): pass\n", "Cannot use transform_fn implementation with"),
            ("def predict_fn(*_): pass\n", "the script has no model_fn"),
        ],
    )
    def test_the_reason_names_the_users_line(self, dock: Dock, code: str, reason: str) -> None:
        server = dock.run(code)
        assert server.health() is Health.FAILED
        assert reason in server.failure()
        assert "\n" not in server.failure()

    def test_loading_forever_times_out(self, dock: Dock) -> None:
        server = dock.run("def model_fn(d):\n    while True: pass\n", startup_seconds=1.0)
        reason = "the container did not answer /ping with 200 within 1 seconds"
        assert (server.health(), server.failure()) == (Health.FAILED, reason)
        assert dock.eventually(lambda: not list((dock.home / "containers").glob("*/*")))

    def test_a_closed_port_is_no_start(self, dock: Dock) -> None:
        code = "import os, time\nos.closerange(3, 100)\ntime.sleep(600)\n"
        reason = "the container closed its port"
        assert dock.run(code).failure() == reason

    def test_too_much_memory_is_refused(self, dock: Dock) -> None:
        bounds = Bounds(memory=600 * MIB, processes=32, files=64, file_size=MIB)
        server = dock.run("def model_fn(d): return bytearray(700 * 1024**2)\n", bounds=bounds)
        expected = "the container exited: MemoryError (model_fn in code/inference.py line 1)"
        assert server.failure() == expected

    def test_an_unknown_image_lists_the_known(self, dock: Dock) -> None:
        server = dock.start({"model": b""}, "registry/sagemaker-prophet:1")
        assert "sagemaker-prophet:1' is not known" in server.failure()
        assert "sagemaker-xgboost, " in server.failure()

    def test_an_archive_that_leaves_its_folder_is_refused(self, dock: Dock) -> None:
        server = dock.start({"../../escaped": b"x"})
        assert server.health() is Health.FAILED
        assert "s3://models/0/model.tar.gz" in server.failure()
        assert "climbs out of the folder" in server.failure()
        assert not list(dock.home.rglob("escaped"))

    def test_what_fetch_raises_is_the_reason(self, dock: Dock) -> None:
        url = "s3://models/sourcedir.tar.gz"
        env = {"SAGEMAKER_PROGRAM": "x.py", "SAGEMAKER_SUBMIT_DIRECTORY": url}
        assert dock.start({"model": b"x"}, env=env).failure() == (
            f"failed to download {url}: KeyError('{url}')"
        )


class TestConfinement:
    def test_nothing_of_the_parents_environment_is_seen(
        self, dock: Dock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        monkeypatch.setenv("PYTHONPATH", "/nowhere")
        server = dock.run(
            "import os, sys\ndef model_fn(d): return 0\n"
            "def transform_fn(*_): return {'env': dict(os.environ), 'path': sys.path}\n",
            env={"MINE": "1"},
        )
        seen = json.loads(dock.ask(server).body)
        assert "AWS_SECRET_ACCESS_KEY" not in seen["env"]
        assert "/nowhere" not in seen["path"]
        assert not any("slipway_local" in folder for folder in seen["path"])
        assert (seen["env"]["MINE"], seen["env"]["OMP_NUM_THREADS"]) == ("1", "1")

    def test_forks_are_counted(self, dock: Dock) -> None:
        server = dock.run(
            """
import os, time
def model_fn(d):
    count = 0
    try:
        while count < 500:
            if os.fork() == 0:
                time.sleep(600)
            count += 1
    except BlockingIOError:
        pass
    return count
def transform_fn(model, *_): return str(model), "text/plain"
""",
            bounds=Bounds(memory=1024 * MIB, processes=20, files=64, file_size=MIB),
        )
        assert 0 < int(dock.ask(server).body) <= 20
        address = server.address()
        assert address is not None
        marker = f"SAGEMAKER_BIND_TO_PORT={address[1]}"
        assert len(_processes_with(marker)) > 1
        server.stop()
        assert dock.eventually(lambda: not _processes_with(marker))

    @needs_root
    def test_what_leaves_the_group_is_ended_too(self, dock: Dock) -> None:
        server = dock.run(
            "import os, time\n"
            "def model_fn(d):\n"
            "    child = os.fork()\n"
            "    if child == 0:\n        os.setsid()\n        time.sleep(600)\n"
            "    return child\n"
            "def transform_fn(model, *_): return str(model), 'text/plain'\n"
        )
        child = int(dock.ask(server).body)
        assert dock.alive(child)
        server.stop()
        assert dock.eventually(lambda: not dock.alive(child))

    @needs_root
    def test_other_folders_cannot_be_written(self, dock: Dock) -> None:
        target = dock.home / "images" / "mine"
        server = dock.run(f"open({str(target)!r}, 'w')\n")
        assert "PermissionError" in server.failure()
        assert not target.exists()

    def test_what_it_may_read_it_is_told_to_be_there(self, dock: Dock) -> None:
        server = dock.run(
            "import os\ndef model_fn(d):\n    assert os.access(os.path.join(d, 'model'), os.R_OK)\n"
        )
        assert (server.health(), server.failure()) == (Health.READY, "")

    def test_its_own_folders_can_be_written(self, dock: Dock) -> None:
        server = dock.run(
            "import os, tempfile\n"
            "def model_fn(d):\n"
            "    for folder in (d, os.getcwd(), tempfile.gettempdir(), os.environ['HOME']):\n"
            "        open(os.path.join(folder, 'x'), 'w').close()\n"
            "def transform_fn(*_): return 'ok', 'text/plain'\n"
        )
        assert dock.ask(server).body == b"ok"

    def test_large_files_are_refused(self, dock: Dock) -> None:
        bounds = Bounds(memory=1024 * MIB, processes=32, files=64, file_size=MIB)
        code = "def model_fn(d): open('big', 'wb').write(bytes(2 * 1024**2))\n"
        assert "OSError: [Errno 27]" in dock.run(code, bounds=bounds).failure()

    def test_a_container_dies_with_its_launcher(self, dock: Dock, tmp_path: Path) -> None:
        parent = tmp_path / "parent.py"
        parent.write_text(PARENT)
        path = os.pathsep.join(sys.path)
        done = subprocess.run(  # noqa: S603 - the program above
            [sys.executable, str(parent), str(dock.images)],
            env={"PYTHONPATH": path},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        processes = [int(line) for line in done.stdout.split()]
        assert len(processes) == 2
        assert dock.eventually(lambda: not any(map(dock.alive, processes)))


PARENT = """
import os, signal, sys, time
from pathlib import Path
from slipway_local.images.environments import Environments
from slipway_local.images.processes import Start, spawn
from slipway_local.images.registry import family_of
images = Path(sys.argv[1])
python = Environments(images).provide(family_of("sagemaker-scikit-learn:1.2-1").packages).python
root = Path("root").absolute()
for name in ("tmp", "opt/ml/model", "opt/ml/output", "code"):
    (root / name).mkdir(parents=True)
code = "import os\\nos.fork() or open('child', 'w').write(str(os.getpid()))\\nwhile True: pass"
(root / "code/inference.py").write_text(code)
variables = {"SAGEMAKER_PROGRAM": "inference", "SLIPWAY_CODE_FOLDER": str(root / "code")}
spawned = spawn(Start(python, "scripted.scikit_learn", root, variables, root / "log"))
child = root / "tmp/child"
while not (child.exists() and child.read_text()):
    time.sleep(0.01)
print(spawned.process.pid, child.read_text(), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def _processes_with(variable: str) -> list[int]:
    """The processes whose environment holds `NAME=value`."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if variable.encode() in (process / "environ").read_bytes().split(b"\0"):
                found.append(int(process.name))
        except OSError:
            continue
    return found


def test_requirements_beside_the_script_are_there(dock: Dock) -> None:
    files = {
        "code/inference.py": b"import six\n" + ECHO.encode(),
        "code/requirements.txt": b"six==1.16.0  # small\n",
    }
    server = dock.start(files, env=SCRIPTED)
    assert (server.health(), server.failure()) == (Health.READY, "")


def test_an_isolated_container_fetches_nothing(dock: Dock) -> None:
    files = {"code/inference.py": ECHO.encode(), "code/requirements.txt": b"six==1.16.0\n"}
    failure = dock.start(files, env=SCRIPTED, isolated=True).failure()
    assert "requirements.txt asks for six==1.16.0, and nothing is fetched" in failure


@needs_root
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has namespaces")
def test_an_isolated_container_reaches_itself_and_nothing_else(dock: Dock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as outside:
        script = LOOKS_AROUND.replace("PORT", str(outside.getsockname()[1])) + ECHO
        files = {"code/inference.py": script.encode()}
        alone = dock.start(files, env=SCRIPTED, isolated=True)
        among = dock.start(files, env=SCRIPTED)
    assert (alone.health(), alone.failure()) == (Health.READY, "")
    assert "another network was reached" in among.failure()


def test_requirements_that_would_run_code_are_refused(dock: Dock) -> None:
    files = {"code/inference.py": b"", "code/requirements.txt": b"git+https://example.com/x"}
    assert "no options, URLs or paths" in dock.start(files, env=SCRIPTED).failure()


def test_a_script_in_its_own_archive_is_found(dock: Dock) -> None:
    url = "s3://models/sourcedir.tar.gz"
    dock.store[url] = dock.pack({"serve_me.py": ECHO.encode()})
    env = {"SAGEMAKER_PROGRAM": "serve_me.py", "SAGEMAKER_SUBMIT_DIRECTORY": url}
    assert dock.ask(dock.start({"model": b"x"}, env=env), b"1").body == b"1"


def test_substitutions_are_said(dock: Dock) -> None:
    """No Python that runs this has wheels of scikit-learn 1.0.2, numpy 1.19.2 and the rest."""
    server = dock.start({"m": b""}, "registry/sagemaker-scikit-learn:1.0-1-cpu-py3", env=SCRIPTED)
    assert any(line.startswith("numpy ") for line in server.substitutions)
    assert server.substitutions[0] in server.log_path.read_text()
