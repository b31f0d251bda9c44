"""A multi-model container: each model in a process of its own, loaded when it is first asked.

The processes of models asked least recently are ended when more than `most` are loaded, as the
platform unloads models when a real container's memory is full. A model stays as it was loaded,
though its archive be overwritten, until it is unloaded.
"""

import json
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from slipway_local.images.installing import EnvironmentFailed
from slipway_local.images.registry import UnknownImage
from slipway_local.images.server import Ground, ProcessServer, packages_of
from slipway_local.sagemaker.serving import Container, Health, Invocation, Reply, ServerGone

_TARGET = "x-amzn-sagemaker-target-model"


@dataclass(slots=True)
class _Loaded:
    """A model's process, and how many requests it has in hand."""

    server: ProcessServer
    uses: int = 0


class MultiModelServer:
    """Serves the models under the prefix that the container's model data URL is."""

    def __init__(self, ground: Ground, container: Container, most: int = 8) -> None:
        self._ground = ground
        self._container = container
        self._most = most
        self._lock = threading.Lock()
        self._models: OrderedDict[str, _Loaded] = OrderedDict()
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

    def loaded(self) -> list[str]:
        """The target models that have a process, the one asked last at the end."""
        with self._lock:
            return list(self._models)

    def invoke(self, invocation: Invocation, *, timeout: float) -> Reply:
        """Ask the target model, loading it first where need be.

        A model that cannot be loaded is answered 500 with the reason, one that takes longer than
        `timeout` seconds raises TimeoutError and goes on loading.
        """
        headers = {name.lower(): value for name, value in invocation.headers.items()}
        if not headers.get(_TARGET):
            return _error(400, "BadRequestException", "a multi-model container needs TargetModel")
        with self._model(headers[_TARGET]) as server:
            trouble = self._await(headers[_TARGET], server, timeout)
            return trouble or server.invoke(invocation, timeout=timeout)

    def load(self, target: str, *, timeout: float) -> Reply:
        """Have the target model in a process: 200 when it is now, 409 when it was before.

        What fails is answered as `invoke` answers it.
        """
        with self._model(target) as server:
            if server.health() is Health.READY:
                return _error(409, "ConflictStatusException", f"{target} is loaded already")
            trouble = self._await(target, server, timeout)
            return trouble or _done("Workers scaled")

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
        """The target's process, kept from being unloaded while the block lasts."""
        with self._lock:
            if self._stopped:
                raise ServerGone("the container was stopped")
            model = self._models.get(target) or self._load(target)
            self._models.move_to_end(target)
            model.uses += 1
            unloaded = self._too_many()
        for server in unloaded:
            server.stop()
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
            return None
        self._forget(target, server)
        return _error(500, "InternalServerException", server.failure())

    def _load(self, target: str) -> _Loaded:
        prefix = (self._container.model_data_url or "").rstrip("/")
        variables = {**self._container.environment, "SAGEMAKER_MULTI_MODEL": "true"}
        url = f"{prefix}/{target.lstrip('/')}"
        one = replace(self._container, model_data_url=url, environment=variables)
        model = _Loaded(ProcessServer(self._ground, one))
        model.server.start()
        self._models[target] = model
        return model

    def _too_many(self) -> list[ProcessServer]:
        idle = [name for name, model in self._models.items() if not model.uses]
        surplus = max(0, len(self._models) - self._most)
        return [self._models.pop(name).server for name in idle[:surplus]]

    def _forget(self, target: str, server: ProcessServer) -> None:
        """Let the next request load a failed model anew."""
        with self._lock:
            model = self._models.get(target)
            if model and model.server is server:
                del self._models[target]


def _done(what: str) -> Reply:
    """A success as AWS's multi-model-server words it."""
    body = json.dumps({"status": what}).encode()
    return Reply(200, {"Content-Type": "application/json"}, body)


def _error(status: int, kind: str, message: str) -> Reply:
    """An error as AWS's multi-model-server words it."""
    body = json.dumps({"code": status, "type": kind, "message": message})
    return Reply(status, {"Content-Type": "application/json"}, body.encode())
