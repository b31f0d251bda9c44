"""A multi-model container: each model in a process of its own, loaded when it is first asked.

What has no room in memory beside the others is answered 507, and the platform unloads others. The
memory is the instance's, but no more than a quarter of this machine's; a model that is alone has
room in any case. A model stays as it was loaded, though its archive be overwritten, until it is
unloaded.
"""

import json
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from slipway_local.images.folders import Fetch
from slipway_local.images.installing import EnvironmentFailed
from slipway_local.images.registry import UnknownImage
from slipway_local.images.server import Ground, ProcessServer, packages_of
from slipway_local.sagemaker.serving import (
    Container,
    Health,
    Invocation,
    Reply,
    ServerGone,
    Usage,
)

_SHARE = 4
_TARGET = "x-amzn-sagemaker-target-model"


@dataclass(slots=True)
class _Loaded:
    """A model's process, and how many requests it has in hand."""

    server: ProcessServer
    uses: int = 0
    downloaded: list[float] = field(default_factory=list)


class _NoRoom(Exception):
    """The model would not fit in memory beside those that are loaded."""


class MultiModelServer:
    """Serves the models under the prefix that the container's model data URL is."""

    def __init__(self, ground: Ground, container: Container) -> None:
        self._ground = ground
        self._container = container
        self._memory = min(container.memory or _machine(), _machine())
        self._sizes: dict[str, int] = {}
        self._typical = 0
        self._lock = threading.Lock()
        self._models: OrderedDict[str, _Loaded] = OrderedDict()
        self._logs: list[Path] = []
        self._stopped = False
        self._failure = ""
        self._health = Health.STARTING

    def start(self) -> None:
        """Make the image's environment, in the background; no model is loaded yet."""
        threading.Thread(target=self._prepare, daemon=True).start()

    def health(self) -> Health:
        """READY as soon as models can be loaded."""
        return self._health

    def failure(self) -> str:
        """Why no model can be loaded at all; empty unless FAILED."""
        return self._failure

    def logs(self) -> list[Path]:
        """What its models print, also those that are unloaded."""
        return [*self._logs]

    def loaded(self) -> list[str]:
        """The target models that have a process, the one asked last at the end."""
        with self._lock:
            return list(self._models)

    def invoke(self, invocation: Invocation, *, timeout: float) -> Reply:
        """Ask the target model, loading it first where need be.

        A model that cannot be loaded is answered 500 with the reason, one that has no room 507; one
        that takes longer than `timeout` seconds raises TimeoutError and goes on loading.
        """
        headers = {name.lower(): value for name, value in invocation.headers.items()}
        if not headers.get(_TARGET):
            return _error(400, "BadRequestException", "a multi-model container needs TargetModel")
        target = headers[_TARGET]
        try:
            with self._model(target) as server:
                trouble = self._await(target, server, timeout)
                return trouble or server.invoke(invocation, timeout=timeout)
        except _NoRoom:
            return _full(target)

    def execution_parameters(self, *, timeout: float) -> Reply:
        """It has none: batch transform runs no multi-model container."""
        del timeout
        return _error(404, "ResourceNotFoundException", "there is no such path")

    def load(self, target: str, *, timeout: float) -> Reply:
        """Have the target model in a process: 200 when it is now, 409 when it was before.

        What fails is answered as `invoke` answers it.
        """
        try:
            with self._model(target) as server:
                if server.health() is Health.READY:
                    return _error(409, "ConflictStatusException", f"{target} is loaded already")
                return self._await(target, server, timeout) or _done("Workers scaled")
        except _NoRoom:
            return _full(target)

    def downloaded(self, target: str) -> float:
        """How many seconds it took to fetch the target's archive."""
        with self._lock:
            model = self._models.get(target)
            return sum(model.downloaded) if model else 0.0

    def usage(self) -> Usage:
        """What all models' processes take."""
        with self._lock:
            servers = [model.server for model in self._models.values()]
        return sum((server.usage() for server in servers), Usage())

    def unload(self, target: str) -> Reply:
        """End the target model's process: 404 when there is none, 409 while it is being asked."""
        with self._lock:
            model = self._models.get(target)
            if model is None:
                return _error(404, "ModelNotFoundException", f"{target} is not loaded")
            if model.uses:
                return _error(409, "ConflictStatusException", f"{target} is being asked")
            del self._models[target]
        model.server.stop()
        return _done(f'Model "{target}" unregistered')

    def stop(self) -> None:
        """End all models' processes."""
        with self._lock:
            self._stopped = True
            servers = [model.server for model in self._models.values()]
            self._models.clear()
        for server in servers:
            server.stop()
        self._failure, self._health = "the container was stopped", Health.FAILED

    def _prepare(self) -> None:
        try:
            self._ground.environments.provide(packages_of(self._ground, self._container))
        except (EnvironmentFailed, UnknownImage) as error:
            self._failure, self._health = str(error), Health.FAILED
        else:
            self._health = Health.FAILED if self._stopped else Health.READY

    @contextmanager
    def _model(self, target: str) -> Iterator[ProcessServer]:
        """The target's process, kept from being unloaded while the block lasts. Raises _NoRoom."""
        with self._lock:
            if self._stopped:
                raise ServerGone("the container was stopped")
            model = self._models.get(target) or self._load(target)
            self._models.move_to_end(target)
            model.uses += 1
        try:
            yield model.server
        finally:
            with self._lock:
                model.uses -= 1

    def _await(self, target: str, server: ProcessServer, timeout: float) -> Reply | None:
        """Wait until the model is loaded; the answer when it cannot be."""
        if not server.wait_started(timeout):
            raise TimeoutError(f"{target} did not load within {timeout:g} seconds")
        if server.health() is not Health.FAILED:
            return self._measure(target, server)
        self._forget(target, server)
        return _error(500, "InternalServerException", server.failure())

    def _measure(self, target: str, server: ProcessServer) -> Reply | None:
        """Know how large the model is; one that proves too large beside the others is ended."""
        if target in self._sizes:
            return None
        self._sizes[target] = self._typical = server.usage().memory
        with self._lock:
            fits = len(self._models) == 1 or self._taken() <= self._memory
        if fits:
            return None
        self._forget(target, server)
        server.stop()
        return _full(target)

    def _taken(self) -> int:
        """Bytes of memory; of a model that is still being loaded, what it is known to take."""
        return sum(
            max(model.server.memory(), self._sizes.get(target, self._typical))
            for target, model in self._models.items()
        )

    def _load(self, target: str) -> _Loaded:
        wanted = self._sizes.get(target, self._typical)
        if self._models and self._taken() + wanted > self._memory:
            raise _NoRoom
        prefix = (self._container.model_data_url or "").rstrip("/")
        variables = {**self._container.environment, "SAGEMAKER_MULTI_MODEL": "true"}
        url = f"{prefix}/{target.lstrip('/')}"
        one = replace(self._container, model_data_url=url, environment=variables)
        downloaded: list[float] = []
        ground = replace(self._ground, fetch=_timed(self._ground.fetch, downloaded))
        model = _Loaded(ProcessServer(ground, one), downloaded=downloaded)
        model.server.start()
        self._models[target] = model
        self._logs.append(model.server.log_path)
        return model

    def _forget(self, target: str, server: ProcessServer) -> None:
        """Let the next request load a failed model anew."""
        with self._lock:
            model = self._models.get(target)
            if model and model.server is server:
                del self._models[target]


def _machine() -> int:
    """The bytes of memory that models may take here."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // _SHARE


def _timed(fetch: Fetch, seconds: list[float]) -> Fetch:
    """`fetch`, which notes how long it took."""

    def fetch_timed(url: str) -> bytes | Path:
        began = time.monotonic()
        try:
            return fetch(url)
        finally:
            seconds.append(time.monotonic() - began)

    return fetch_timed


def _full(target: str) -> Reply:
    return _error(507, "InsufficientStorageException", f"there is no memory for {target}")


def _done(what: str) -> Reply:
    """A success as AWS's multi-model-server words it."""
    body = json.dumps({"status": what}).encode()
    return Reply(200, {"Content-Type": "application/json"}, body)


def _error(status: int, kind: str, message: str) -> Reply:
    """An error as AWS's multi-model-server words it."""
    body = json.dumps({"code": status, "type": kind, "message": message})
    return Reply(status, {"Content-Type": "application/json"}, body.encode())
