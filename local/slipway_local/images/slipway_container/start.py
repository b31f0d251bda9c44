"""The `serve` of every image: confine the process, load the model, answer requests."""

import importlib
import os
import signal
import socket
import sys
import time
import traceback
from pathlib import Path
from types import FrameType
from typing import NoReturn

from . import confinement, wire
from .failures import describe
from .messages import Application, Request, Response
from .settings import Settings, read_settings


def main(arguments: list[str]) -> None:
    """`server root listener lifeline memory processes files file_size`, as the launcher starts it.

    The container's folder tree is under `root`; `listener` is a listening socket.
    """
    server, root, *numbers = arguments
    listener, lifeline, *bounds = map(int, numbers)
    confinement.confine(confinement.Bounds(*bounds), Path(root))
    confinement.die_with_parent(lifeline, listener)
    settings = read_settings(Path(root))
    application = _loaded(server, settings)
    wire.serve(socket.socket(fileno=listener), _Routes(application, settings.request_seconds))


def _loaded(server: str, settings: Settings) -> Application:
    try:
        module = importlib.import_module(f".{server}", __package__)
        application: Application = module.application(settings)
        application.load()
    except BaseException as error:  # noqa: BLE001 - a script may raise anything, SystemExit too
        _give_up(error, settings)
    return application


def _give_up(error: BaseException, settings: Settings) -> NoReturn:
    traceback.print_exception(error)
    settings.failure_file.write_text(describe(error, settings.code_folder), errors="replace")
    sys.stderr.flush()
    os._exit(1)


class _Routes:
    """The container contract's paths."""

    def __init__(self, application: Application, seconds: float) -> None:
        self._application = application
        self._deadline = _Deadline(seconds)

    def __call__(self, request: Request) -> Response:
        started = time.perf_counter()
        response = self._route(request)
        if request.path != "/ping":
            spent = (time.perf_counter() - started) * 1000
            sys.stderr.write(f"{request.method} {request.path} {response.status} {spent:.1f} ms\n")
        return response

    def _route(self, request: Request) -> Response:
        match request.method, request.path.partition("?")[0]:
            case "GET", "/ping":
                return Response()
            case "POST", "/invocations":
                return self._guarded(request)
            case "GET", "/execution-parameters":
                return self._application.execution_parameters() or Response(404)
        return Response(404)

    def _guarded(self, request: Request) -> Response:
        try:
            with self._deadline:
                return self._application.invoke(request)
        except Exception:  # noqa: BLE001 - a script may raise anything; AWS's containers say 500
            traceback.print_exc()
            return Response(500, _INTERNAL_ERROR, "text/html; charset=utf-8")


class _Deadline:
    """Raises TimeoutError in the main thread when a request takes too long."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._running = False
        signal.signal(signal.SIGALRM, self._expire)

    def __enter__(self) -> None:
        self._running = True
        signal.setitimer(signal.ITIMER_REAL, self._seconds)

    def __exit__(self, *_: object) -> None:
        self._running = False
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _expire(self, _signal: int, _frame: FrameType | None) -> None:
        if self._running:
            raise TimeoutError(f"the request took longer than {self._seconds:g} seconds")


# What Flask answers when a view raises, so that OriginalMessage reads as it does on AWS.
_INTERNAL_ERROR = (
    b"<!doctype html>\n<html lang=en>\n<title>500 Internal Server Error</title>\n"
    b"<h1>Internal Server Error</h1>\n<p>The server encountered an internal error and was unable "
    b"to complete your request. Either the server is overloaded or there is an error in the "
    b"application.</p>\n"
)
