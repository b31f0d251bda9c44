"""Starting and ending a container's process: bounded, alone in its group, tied to its parent."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from slipway_local.images.slipway_container.confinement import Bounds, own_user

GIB = 1024**3

# The container's code is found by its own folder, so that nothing else of ours can be imported.
_BOOT = (
    "import sys; sys.path.insert(0, sys.argv[1]); from slipway_container.start import main; "
    "del sys.path[0]; main(sys.argv[2:])"
)
_THREADED = ("OMP", "OPENBLAS", "MKL", "NUMEXPR")

DEFAULT_BOUNDS = Bounds(memory=4 * GIB, processes=64, files=256, file_size=2 * GIB)


@dataclass(frozen=True, slots=True)
class Start:
    """What to start: a server of `slipway_container`, on the tree under `root`."""

    python: Path
    server: str
    root: Path
    variables: Mapping[str, str]
    log: Path
    bounds: Bounds = DEFAULT_BOUNDS


@dataclass(frozen=True, slots=True)
class Spawned:
    """A running container: its process, the lifeline it watches, and where it listens."""

    process: subprocess.Popen[bytes]
    lifeline: int
    address: tuple[str, int]

    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process.poll() is None

    def wait(self) -> None:
        """Until the process has ended."""
        self.process.wait()

    def ends_within(self, seconds: float) -> bool:
        """Whether the process ends in that time."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """Kill the process and its group."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return

    def end(self) -> int:
        """Kill whatever is left of the container; its exit code, or minus its signal."""
        self.kill()
        _kill_all_of(own_user(self.process.pid))
        os.close(self.lifeline)
        return self.process.wait()


def spawn(start: Start) -> Spawned:
    """Start a container on a loopback port that is open before the process runs."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    watched, lifeline = os.pipe()
    try:
        with start.log.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and arguments, no shell
                _command(start, listener.fileno(), watched),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=start.root / "tmp",
                env=_environment(start, listener.getsockname()[1]),
                pass_fds=(listener.fileno(), watched),
                start_new_session=True,
            )
    except OSError:
        os.close(lifeline)
        raise
    finally:
        address: tuple[str, int] = listener.getsockname()
        listener.close()
        os.close(watched)
    return Spawned(process, lifeline, address)


def _command(start: Start, listener: int, watched: int) -> list[str]:
    bounds = start.bounds
    numbers = (listener, watched, bounds.memory, bounds.processes, bounds.files, bounds.file_size)
    where = (str(Path(__file__).parent), start.server, str(start.root))
    return [str(start.python), "-I", "-u", "-c", _BOOT, *where, *map(str, numbers)]


def _environment(start: Start, port: int) -> dict[str, str]:
    """The container's variables over a bare environment: nothing of the parent's."""
    folder = str(start.root / "tmp")
    bare = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": folder,
        "TMPDIR": folder,
        "LANG": "C.UTF-8",
        "USER": "model-server",
        "SM_MODEL_DIR": str(start.root / "opt/ml/model"),
        **{f"{library}_NUM_THREADS": "1" for library in _THREADED},
    }
    return {**bare, **start.variables, "SAGEMAKER_BIND_TO_PORT": str(port)}


def _kill_all_of(user: int) -> None:
    """Kill what left the group, where the container had a user of its own."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if process.stat().st_uid == user:
                os.kill(int(process.name), signal.SIGKILL)
        except OSError:
            continue
