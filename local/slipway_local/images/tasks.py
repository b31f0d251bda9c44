"""Containers of tasks as processes: the runner that needs no Docker.

environment of the image ─► folders ─► process … its end
(made on first use)                    └── what it prints, health checks beside it
"""

import json
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from slipway_local.ecs.running import Binding, Program
from slipway_local.images import places, task_images
from slipway_local.images.custom import CustomImageRefused
from slipway_local.images.environments import Environments, Progress
from slipway_local.images.folders import FolderRefused, discard
from slipway_local.images.installing import EnvironmentFailed
from slipway_local.images.places import Places
from slipway_local.images.processes import DEFAULT_BOUNDS, Running, Start, spawn_task
from slipway_local.images.registry import FAMILIES, UnknownImage
from slipway_local.images.slipway_container.confinement import Bounds
from slipway_local.images.task_images import Standing

_REFUSALS = (CustomImageRefused, EnvironmentFailed, FolderRefused, UnknownImage)
# What a container of Fargate may open and start is bounded by no more than its size.
BOUNDS = replace(DEFAULT_BOUNDS, processes=512, files=1024)
_STOP_SECONDS = 10
_MEASURE_SECONDS = 1.0
_PATH = "/usr/local/bin:/usr/bin:/bin"


class _Stopped(Exception):
    """Somebody stopped the task before the container began."""


class ProcessTasks:
    """Runs each container of a task as a process of its own; `home` and `project` are as
    ProcessLauncher's."""

    def __init__(
        self,
        home: Path,
        *,
        progress: Progress = lambda _: None,
        bounds: Bounds = BOUNDS,
        project: Path | None = None,
    ) -> None:
        self._home, self._project, self._bounds = home, project, bounds
        self._environments = Environments(home / "images", progress)
        self._grounds: dict[str, Ground] = {}
        self._containers: list[ProcessContainer] = []

    def address(self) -> str:
        """An address for a new task."""
        return places.fresh_address()

    def run(self, program: Program) -> "ProcessContainer":
        """Start a container in the background."""
        ground = self._grounds.get(program.task) or self._laid_out(program)
        container = ProcessContainer(program, ground, self._standing, self._bounds)
        self._containers = [each for each in self._containers if each.code() is None]
        self._containers.append(container)
        container.start()
        return container

    def discard(self, task: str) -> None:
        """Remove the folders of a task that has ended."""
        ground = self._grounds.pop(task, None)
        if ground:
            discard(ground.root)

    def stop(self) -> None:
        """End all containers, and wait until they have."""
        for container in self._containers:
            container.kill()
        for container in self._containers:
            container.wait(_STOP_SECONDS)
        for task in [*self._grounds]:
            self.discard(task)

    def _laid_out(self, program: Program) -> "Ground":
        folder = self._home / "containers" / str(os.getpid())
        for each in (folder, self._home / "logs"):
            each.mkdir(parents=True, exist_ok=True)
        root = Path(tempfile.mkdtemp(prefix="t-", dir=folder))
        root.chmod(0o711)
        bindings = places.bound(program.address, program.reach)
        ground = Ground(root, self._home / "logs", bindings)
        self._grounds[program.task] = ground
        return ground

    def _standing(self, image: str) -> Standing:
        return task_images.standing(self._project, image, self._environments, FAMILIES)


@dataclass(frozen=True, slots=True)
class Ground:
    """What the containers of a task share: folders and ports."""

    root: Path
    logs: Path
    bindings: Mapping[int, Binding]

    def volume(self, name: str) -> Path:
        """A volume's folder, which each container's user may write."""
        folder = self.root / "volumes" / name
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o777)
        return folder


class ProcessContainer:
    """One container's process; `log_path` is what it prints, and outlives it."""

    def __init__(
        self, program: Program, ground: Ground, standing: Callable[[str], Standing], bounds: Bounds
    ) -> None:
        self._program, self._ground, self._standing = program, ground, standing
        self._bounds = replace(bounds, memory=max(bounds.memory, program.memory))
        self._root = ground.root / "containers" / program.name
        self.log_path = ground.logs / f"{ground.root.name}-{program.name}.log"
        mounts = {path: ground.volume(name) for path, name in program.mounts.items()}
        self._places = Places(ground.bindings, mounts)
        self._lock = threading.Lock()
        self._failure = ""
        self._code: int | None = None
        self._running: Running | None = None
        self._start: Start | None = None
        self._began = self._stopped = False
        self._read = self._memory = self._overhead = 0
        self._measured = 0.0
        self._thread = threading.Thread(target=self._run, name=program.name, daemon=True)

    def start(self) -> None:
        """Begin, in the background."""
        self._thread.start()

    def failure(self) -> str:
        """Why it could not be started."""
        return self._failure

    def began(self) -> bool:
        """Whether its process runs, or has run."""
        return self._began

    def code(self) -> int | None:
        """Its exit code; None until it has ended."""
        return self._code

    def wait(self, seconds: float) -> None:
        """Until it has ended, or for so long."""
        self._thread.join(seconds)

    def bindings(self) -> Sequence[Binding]:
        """Where its ports are."""
        return [self._ground.bindings[port] for port in self._program.ports]

    def lines(self) -> Sequence[str]:
        """What it printed since this was last asked."""
        ended = self._code is not None
        try:
            with self.log_path.open("rb") as log:
                log.seek(self._read)
                text = log.read()
        except FileNotFoundError:
            return ()
        whole = text if ended else text[: text.rfind(b"\n") + 1]
        self._read += len(whole)
        return whole.decode(errors="replace").splitlines()

    def memory(self) -> int:
        """The bytes of memory that its process takes."""
        running, now = self._running, time.monotonic()
        if running and now >= self._measured + _MEASURE_SECONDS:
            self._measured = now
            self._memory = max(0, running.memory_of_all() - self._overhead)
        return self._memory

    def probe(self, words: Sequence[str]) -> "ProcessProbe":
        """Run a command beside the process, as its user."""
        with self._lock:
            running, start = self._running, self._start
            if running is None or start is None:
                return ProcessProbe(None)
            beside = {"SLIPWAY_BESIDE": str(running.process.pid), **_command(self._told(words))}
            probe = replace(start, variables={**start.variables, **beside}, log=Path(os.devnull))
            return ProcessProbe(spawn_task(probe))

    def terminate(self) -> None:
        """Ask the process to end."""
        running = self._stop()
        if running:
            running.process.terminate()

    def kill(self) -> None:
        """Kill the process and what it started."""
        running = self._stop()
        if running:
            running.kill()

    def _stop(self) -> Running | None:
        """Have it not begin any more, if it has not; what runs."""
        with self._lock:
            self._stopped = True
            if not self._began and not self._failure:
                self._failure = "the task was stopped before the container began"
            return self._running

    def _run(self) -> None:
        try:
            code = self._life()
        except _Stopped:
            return
        except _REFUSALS as error:
            self._failure = f"CannotPullContainerError: {error}"
        except Exception as error:  # noqa: BLE001 - it is the container's ending, whatever it is
            self._failure = f"CannotStartContainerError: {error}"
        else:
            self._code = code

    def _life(self) -> int:
        """Prepare, run; its exit code. Raises _Stopped."""
        standing = self._standing(self._program.image)
        if self._stopped:
            raise _Stopped
        standing.lay_out(self._root)
        self._overhead = standing.overhead
        start = self._started(standing)
        with self._lock:
            if self._stopped:
                raise _Stopped
            self._start, self._running = start, spawn_task(start)
            self._began = True
        self._running.wait()
        with self._lock:
            running, self._running = self._running, None
        return _shell_code(running.end())

    def _started(self, standing: Standing) -> Start:
        program, root = self._program, self._root
        path = f"{standing.python.parent}:{root / 'usr/bin'}:{_PATH}"
        words = self._told(_words(program, standing))
        if not words:
            raise OSError(f"image {program.image} has no command of its own here: give a command")
        if shutil.which(words[0], path=path) is None:
            raise OSError(f"exec: {words[0]!r}: executable file not found in $PATH")
        given = {**standing.environment, **program.environment}
        variables = {
            **{name: self._places.told(value) for name, value in given.items()},
            "PATH": path,
            "SLIPWAY_PORTS": json.dumps(self._ports()),
            "SLIPWAY_FOLDER": str(self._folder()),
            **_command(words),
        }
        return Start(standing.python, "task", root, variables, self.log_path, self._bounds)

    def _ports(self) -> Mapping[int, tuple[str, int]]:
        return {each.port: (each.host, each.host_port) for each in self.bindings()}

    def _folder(self) -> Path:
        """Where its command starts: its workingDirectory, if that is a volume's or the image's."""
        asked = self._places.told(self._program.folder or "")
        here = Path(asked) if asked.startswith(str(self._ground.root)) else None
        return here or self._root / "opt/ml/program"

    def _told(self, words: Sequence[str]) -> list[str]:
        first = next(iter(self.bindings()), Binding(0, places.LOOPBACK, 0))
        told = {
            "{address}": first.host,
            "{port}": str(first.host_port),
            "{model}": str(self._root / "opt/ml/model"),
        }
        found = [self._places.told(word) for word in words]
        for name, value in told.items():
            found = [word.replace(name, value) for word in found]
        return found


class ProcessProbe:
    """A health check's command under way; one that could not be started has failed."""

    def __init__(self, running: Running | None) -> None:
        self._running = running
        self._code = None if running else 1

    def code(self) -> int | None:
        """Its exit code, None until it has ended."""
        if self._running and not self._running.alive():
            self.kill()
        return self._code

    def kill(self) -> None:
        """End it."""
        if self._running:
            self._code, self._running = _shell_code(self._running.end()), None


def _words(program: Program, standing: Standing) -> Sequence[str]:
    """As Docker has it: an entry point that is given leaves the image's own command out."""
    entry = program.entry_point or standing.entry_point
    own = () if program.entry_point else standing.command
    return [*entry, *(program.command or own)]


def _command(words: Sequence[str]) -> Mapping[str, str]:
    return {"SLIPWAY_COMMAND": json.dumps([*words])}


def _shell_code(code: int) -> int:
    """A shell, and so Docker, counts a signal from 128 on."""
    return code if code >= 0 else 128 - code
