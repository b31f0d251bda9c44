"""One container as a process.

environment of the image ─► model unpacked ─► process ─► /ping 200 ─► invoke … stop
(made on first use)                           └── a thread waits for its end
"""

import json
import os
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from slipway_local.images.channel import Channel
from slipway_local.images.custom import Custom, CustomImageRefused, find
from slipway_local.images.environments import Environments
from slipway_local.images.folders import Fetch, FolderRefused, Folders, discard, lay_out
from slipway_local.images.installing import EnvironmentFailed
from slipway_local.images.obituary import why_it_ended
from slipway_local.images.processes import Spawned, Start, spawn
from slipway_local.images.registry import Family, UnknownImage, family_of
from slipway_local.images.requirements import Wanted, read_requirements
from slipway_local.images.slipway_container.confinement import Bounds
from slipway_local.sagemaker.serving import (
    Container,
    Health,
    Invocation,
    Reply,
    ServerGone,
    Usage,
)

_REFUSALS = (CustomImageRefused, EnvironmentFailed, FolderRefused, UnknownImage)
_PROGRAM = "SAGEMAKER_PROGRAM"
_FOUND_IN, _FOUND = "/opt/ml/model/code", "inference.py"
_STOP_SECONDS = 10
_END_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Ground:
    """What containers stand on: folders, packages, model data, limits.

    `project` is the folder whose slipway.images.yaml tells of images that are no family's.
    """

    home: Path
    environments: Environments
    fetch: Fetch
    bounds: Bounds
    startup_seconds: float
    families: tuple[Family, ...]
    project: Path | None = None


def is_scripted(container: Container) -> bool:
    """Whether a user's script serves the model; else it is the image's own algorithm."""
    return bool(container.environment.get(_PROGRAM))


def packages_of(ground: Ground, container: Container) -> tuple[str, ...]:
    """What the container's environment holds; raises UnknownImage."""
    family = family_of(container.image, ground.families)
    return family.packages + (family.script_packages if is_scripted(container) else ())


class ProcessServer:
    """One container's process.

    `log_path` is what it prints, and outlives it; `substitutions` are the packages that stand in
    for the image's own, known once it has started.
    """

    def __init__(self, ground: Ground, container: Container) -> None:
        self._ground = ground
        self._container = container
        containers = ground.home / "containers" / str(os.getpid())
        for folder in (containers, ground.home / "logs"):
            folder.mkdir(parents=True, exist_ok=True)
        self._root = Path(tempfile.mkdtemp(prefix="c-", dir=containers))
        self.log_path = ground.home / "logs" / f"{self._root.name}.log"
        self.substitutions: tuple[str, ...] = ()
        self._lock = threading.Lock()
        self._health = Health.STARTING
        self._failure = ""
        self._stopped = False
        self._settled = threading.Event()
        self._spawned: Spawned | None = None
        self._channel: Channel | None = None
        self._thread = threading.Thread(target=self._run, name=self._root.name, daemon=True)

    def start(self) -> None:
        """Begin, in the background."""
        self._thread.start()

    def health(self) -> Health:
        """READY from the first /ping answered 200 until the process ends."""
        return self._health

    def wait_started(self, timeout: float) -> bool:
        """Whether it is READY or FAILED, within `timeout` seconds."""
        return self._settled.wait(timeout)

    def failure(self) -> str:
        """Why it failed, in one line; empty unless FAILED."""
        return self._failure

    def logs(self) -> list[Path]:
        """What it prints."""
        return [self.log_path]

    def address(self) -> tuple[str, int] | None:
        """Host and port of the container while its process runs."""
        spawned = self._spawned
        return spawned.address if spawned else None

    def invoke(self, invocation: Invocation, *, timeout: float) -> Reply:
        """POST /invocations; raises ServerGone and TimeoutError as Server promises."""
        with self._listening() as channel:
            return channel.post("/invocations", invocation.body, invocation.headers, timeout)

    def execution_parameters(self, *, timeout: float) -> Reply:
        """GET /execution-parameters; raises as `invoke`."""
        with self._listening() as channel:
            return channel.get("/execution-parameters", timeout)

    @contextmanager
    def _listening(self) -> Iterator[Channel]:
        channel = self._channel
        if channel is None or self._health is not Health.READY:
            raise ServerGone(self._failure or "the container has not started yet")
        try:
            yield channel
        except ConnectionError as error:
            raise ServerGone(self._failure or f"the container is gone: {error}") from error

    def usage(self) -> Usage:
        """What its process takes, and its files."""
        spawned = self._spawned
        return spawned.usage(self._root) if spawned else Usage()

    def memory(self) -> int:
        """The bytes of memory of its process, which are quickly told."""
        spawned = self._spawned
        return spawned.measured()[0] if spawned else 0

    def stop(self) -> None:
        """Kill the process and what it started, and remove its folder."""
        with self._lock:
            self._stopped = True
            running = self._spawned is not None
            if self._spawned:
                self._spawned.kill()
        if running and threading.current_thread() is not self._thread:
            self._thread.join(_STOP_SECONDS)

    def _run(self) -> None:
        reason = self._life()
        discard(self._root)
        self._fail(reason)

    def _life(self) -> str:
        """Prepare, start, serve; why it ended."""
        try:
            return self._serve(self._prepared())
        except _REFUSALS as error:
            return str(error)
        except Exception as error:  # noqa: BLE001 - `fetch` is the caller's and may raise anything
            return f"{type(error).__name__}: {error}"

    def _prepared(self) -> Start:
        custom = find(self._ground.project, self._container.image)
        return self._prepared_custom(custom) if custom else self._prepared_family()

    def _prepared_custom(self, custom: Custom) -> Start:
        """Somebody's own image: it has no say in where its code is, and no server of ours."""
        ground, container = self._ground, self._container
        folders = lay_out(self._root, container.model_data_url, {}, ground.fetch)
        custom.lay_out(folders.program)
        python = custom.python() or ground.environments.provide((), custom.requirements()).python
        variables = {
            **custom.entry.environment,
            **container.environment,
            "SLIPWAY_CODE_FOLDER": str(folders.program),
            "SLIPWAY_COMMAND": json.dumps(custom.entry.command),
        }
        return Start(python, "custom", self._root, variables, self.log_path, self._bounds())

    def _prepared_family(self) -> Start:
        ground, container = self._ground, self._container
        family = family_of(container.image, ground.families)
        folders, variables = self._laid_out(family)
        scripted = bool(variables.get(_PROGRAM))
        wanted = Wanted()
        if scripted:
            wanted = read_requirements(folders.code, isolated=container.isolated)
        environment = ground.environments.provide(packages_of(ground, container), wanted)
        self.substitutions = environment.substitutions
        self._note("".join(f"{line}\n" for line in environment.substitutions))
        return Start(
            environment.python,
            family.script_server if scripted else family.algorithm_server,
            self._root,
            {**variables, "SLIPWAY_CODE_FOLDER": str(folders.code)},
            self.log_path,
            self._bounds(),
        )

    def _bounds(self) -> Bounds:
        return replace(self._ground.bounds, isolated=int(self._container.isolated))

    def _laid_out(self, family: Family) -> tuple[Folders, Mapping[str, str]]:
        """The container's files and variables, with the script that its image finds by itself."""
        container, fetch = self._container, self._ground.fetch
        place = {"SAGEMAKER_SUBMIT_DIRECTORY": _FOUND_IN} if family.finds_script else {}
        variables = {**place, **container.environment}
        folders = lay_out(self._root, container.model_data_url, variables, fetch)
        if family.finds_script and (folders.code / _FOUND).is_file():
            variables.setdefault(_PROGRAM, _FOUND)
        return folders, variables

    def _serve(self, start: Start) -> str:
        if self._stopped:
            return ""
        spawned = spawn(start)
        channel = Channel(spawned.address)
        delay = ""
        try:
            with self._lock:
                self._spawned, self._channel = spawned, channel
                if self._stopped:
                    spawned.kill()
            delay = self._await_ready(spawned, channel)
        finally:
            with self._lock:
                self._spawned = None
            code = spawned.end()
            self._channel = None
            channel.close()
        return delay or why_it_ended(self._root, self.log_path, code)

    def _await_ready(self, spawned: Spawned, channel: Channel) -> str:
        """Until the process ends; says so where it was too slow to start."""
        seconds = self._ground.startup_seconds
        try:
            status = channel.ping(spawned.alive, seconds)
        except TimeoutError:
            return f"the container did not answer /ping with 200 within {seconds:g} seconds"
        except ConnectionError:
            return "" if spawned.ends_within(_END_SECONDS) else "the container closed its port"
        if status != 200:
            return f"the container answered /ping with {status}"
        self._health = Health.READY
        self._settled.set()
        spawned.wait()
        return ""

    def _fail(self, reason: str) -> None:
        self._failure = "the container was stopped" if self._stopped else reason
        self._health = Health.FAILED
        self._settled.set()
        self._note(f"{self._failure}\n")

    def _note(self, text: str) -> None:
        with self.log_path.open("a", errors="replace") as log:
            log.write(text)
