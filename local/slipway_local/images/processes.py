"""Starting and ending a container's process: bounded, alone in its group, tied to its parent."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from pathlib import Path

from slipway_local.images.slipway_container.confinement import Bounds, own_user
from slipway_local.sagemaker.serving import Usage

GIB = 1024**3

# The container's code is found by its own folder, so that nothing else of ours can be imported.
_BOOT = (
    "import sys; sys.path.insert(0, sys.argv[1]); from slipway_container.{} import main; "
    "del sys.path[0]; main(sys.argv[2:])"
)
_THREADED = ("OMP", "OPENBLAS", "MKL", "NUMEXPR")
_BARE = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    **{f"{library}_NUM_THREADS": "1" for library in _THREADED},
}

DEFAULT_BOUNDS = Bounds(memory=4 * GIB, processes=64, files=256, file_size=2 * GIB)


@dataclass(frozen=True, slots=True)
class Start:
    """What to start: a server or a job of `slipway_container`, on the tree under `root`."""

    python: Path
    program: str
    root: Path
    variables: Mapping[str, str]
    log: Path
    bounds: Bounds = DEFAULT_BOUNDS


@dataclass(frozen=True, slots=True)
class Running:
    """A running container: its process, and the lifeline it watches."""

    process: subprocess.Popen[bytes]
    lifeline: int

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

    def measured(self) -> tuple[int, float]:
        """Bytes of memory and seconds of CPU; nothing when it has ended."""
        return _measured(self.process.pid)

    def memory_of_all(self) -> int:
        """Bytes of memory of the process and of all that it started; on Linux alone more than its
        own."""
        if sys.platform != "linux":
            return self.measured()[0]
        numbers = (int(folder.name) for folder in Path("/proc").glob("[0-9]*"))
        return sum(_measured(each)[0] for each in numbers if _group(each) == self.process.pid)

    def usage(self, root: Path) -> Usage:
        """What the process takes, and the files below its root."""
        memory, cpu = self.measured()
        return Usage(memory, sum(_size(path) for path in root.rglob("*")), cpu)

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


@dataclass(frozen=True, slots=True)
class Spawned(Running):
    """A running server, and where it listens."""

    address: tuple[str, int]


def spawn(start: Start) -> Spawned:
    """Start a server on a loopback port that is open before the process runs."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    address: tuple[str, int] = listener.getsockname()
    variables = {
        "USER": "model-server",
        "SM_MODEL_DIR": str(start.root / "opt/ml/model"),
        **start.variables,
        "SAGEMAKER_BIND_TO_PORT": str(address[1]),
    }
    with listener:
        process, lifeline = _popen("start", start, variables, listener.fileno())
    return Spawned(process, lifeline, address)


def spawn_job(start: Start) -> Running:
    """Start a job, which ends by itself."""
    return Running(*_popen("job", start, start.variables))


def spawn_task(start: Start) -> Running:
    """Start a container of a task, whose process becomes the command that `start` tells it."""
    return Running(*_popen("task", start, start.variables))


def _measured(process: int) -> tuple[int, float]:
    """Bytes of memory and seconds of CPU; nothing of a process that has ended."""
    asked = ("ps", "-o", "rss=", "-p", str(process))
    try:
        if sys.platform != "linux":
            told = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603
            return int(told.stdout.strip() or 0) * 1024, 0.0
        folder = Path("/proc") / str(process)
        pages = int((folder / "statm").read_text().split()[1])
        ticks = (folder / "stat").read_text().rpartition(")")[2].split()[11:13]
    except OSError:
        return 0, 0.0
    return pages * os.sysconf("SC_PAGE_SIZE"), sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def _group(process: int) -> int:
    try:
        return os.getpgid(process)
    except ProcessLookupError:
        return 0


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def _popen(
    boot: str, start: Start, variables: Mapping[str, str], *inherited: int
) -> tuple[subprocess.Popen[bytes], int]:
    """Run the `main` of a module of `slipway_container`; its process and our end of its lifeline.

    Nothing of this process's environment is passed on.
    """
    watched, lifeline = os.pipe()
    folder = str(start.root / "tmp")
    try:
        with start.log.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and arguments, no shell
                _command(boot, start, (*inherited, watched)),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=folder,
                env={**_BARE, "HOME": folder, "TMPDIR": folder, **variables},
                pass_fds=(*inherited, watched),
                start_new_session=True,
            )
    except OSError:
        os.close(lifeline)
        raise
    finally:
        os.close(watched)
    return process, lifeline


def _command(boot: str, start: Start, descriptors: Iterable[int]) -> list[str]:
    bounds = start.bounds
    numbers = (*descriptors, *astuple(bounds))
    where = (str(Path(__file__).parent), start.program, str(start.root))
    return [str(start.python), "-I", "-u", "-c", _BOOT.format(boot), *where, *map(str, numbers)]


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
