"""Somebody's own container: its command listens on a port of its own, and requests are passed on.

SLIPWAY_COMMAND is the command as a JSON list. In its words {port} and {model} stand for the port
to listen on and for what is /opt/ml/model in a real container; SAGEMAKER_BIND_TO_PORT and
SM_MODEL_DIR say the same. It starts in the folder /opt/ml/program.
"""

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time

from .messages import Request, Response
from .settings import Settings

_POLL_SECONDS = 0.1
_PARAMETERS_SECONDS = 1.5
_DROPPED = ("connection", "content-length", "content-type", "transfer-encoding")


class Custom:
    """Starts the command, and is as healthy and as mortal as it is."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._port = _free_port()

    def load(self) -> None:
        """Until the command answers /ping with 200. Raises RuntimeError when it ends before."""
        child = self._started()
        while not self._pinged():
            if child.poll() is not None:
                raise RuntimeError(f"the command ended with code {child.returncode}")
            time.sleep(_POLL_SECONDS)
        threading.Thread(target=lambda: os._exit(child.wait() or 1), daemon=True).start()

    def invoke(self, request: Request) -> Response:
        """Pass a request on, as it came."""
        return self._asked("POST", request.path, request.body, dict(request.headers))

    def execution_parameters(self) -> Response | None:
        """What the command says, if it does so soon; not every one knows the path."""
        try:
            answer = self._asked("GET", "/execution-parameters", b"", {}, _PARAMETERS_SECONDS)
        except (OSError, http.client.HTTPException):
            return None
        return answer if answer.status == http.client.OK else None

    def _started(self) -> subprocess.Popen[bytes]:
        model = str(self._settings.model_folder)
        bin_folder = os.path.dirname(sys.executable)  # noqa: PTH120 - a Path would follow the link
        variables = {
            **self._settings.variables,
            "PATH": f"{bin_folder}:{os.environ['PATH']}",
            "SAGEMAKER_BIND_TO_PORT": str(self._port),
            "SM_MODEL_DIR": model,
        }
        told: list[str] = json.loads(variables.pop("SLIPWAY_COMMAND"))
        words = [word.replace("{port}", str(self._port)).replace("{model}", model) for word in told]
        words[0] = shutil.which(words[0], path=variables["PATH"]) or words[0]
        folder = self._settings.root / "opt/ml/program"
        return subprocess.Popen(words, cwd=folder, env=variables)  # noqa: S603 - the user's own

    def _pinged(self) -> bool:
        try:
            return self._asked("GET", "/ping", b"", {}).status == http.client.OK
        except OSError:
            return False

    def _asked(
        self,
        method: str,
        path: str,
        body: bytes,
        headers: dict[str, str],
        seconds: float | None = None,
    ) -> Response:
        """A connection a request: a server that is restarted leaves no dead one behind."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=seconds)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            content = answer.read()
        finally:
            connection.close()
        kept = {name: value for name, value in found.items() if name not in _DROPPED}
        kind = found.get("content-type", "application/octet-stream")
        return Response(answer.status, content, kind, kept)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def application(settings: Settings) -> Custom:
    """The server of somebody's own image."""
    return Custom(settings)
