"""The embedded cloud's life: start it in the background, find it again, end it.

cloud = start(Path(".slipway"))
subprocess.run(["sam", "deploy", ...], env={**os.environ, **cloud.environment})
cloud.client("s3").list_buckets()
stop(Path(".slipway"))
"""

import http.client
import json
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from slipway_local import record
from slipway_local.ministack.settings import ROOT_KEY, Settings, environment

_START_SECONDS = 30.0
_ANSWER_SECONDS = 2.0
_STOP_SECONDS = 10.0
_POLL_SECONDS = 0.02
_LOG_TAIL = 2000
_NEVER_SECONDS = 1e9


class CloudFailed(Exception):
    """The cloud did not start; the message ends with the end of its log."""


class CloudRunning(Exception):
    """A cloud already runs in this state folder."""


@dataclass(frozen=True, slots=True)
class Cloud:
    """A running cloud, as its account's root user sees it."""

    settings: Settings

    @property
    def endpoint(self) -> str:
        """The one URL of all services."""
        return self.settings.endpoint

    @property
    def log(self) -> Path:
        """MiniStack's log; what functions print is in CloudWatch Logs."""
        return record.log(self.settings.state)

    @property
    def environment(self) -> Mapping[str, str]:
        """Variables that point boto3, the AWS CLI and SAM at this cloud, and nowhere else."""
        state = self.settings.state
        return {
            "AWS_ACCESS_KEY_ID": ROOT_KEY,
            "AWS_CONFIG_FILE": str(state / "no-config"),
            "AWS_DEFAULT_REGION": self.settings.region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_PAGER": "",
            "AWS_REGION": self.settings.region,
            "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
            "AWS_SHARED_CREDENTIALS_FILE": str(state / "no-credentials"),
            "NO_PROXY": "127.0.0.1",
            "SAM_CLI_POLL_DELAY": "0.3",
            "SAM_CLI_TELEMETRY": "0",
            # Where SAM remembers that it has just looked for a newer version of itself.
            "__SAM_CLI_APP_DIR": str(state / "sam"),
        }

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 names the types at the call
        """A boto3 client of the root user."""
        import boto3  # a cloud is started and stopped without it

        return boto3.client(
            service,  # type: ignore[call-overload] # any service's name
            endpoint_url=self.endpoint,
            region_name=self.settings.region,
            aws_access_key_id=ROOT_KEY,
            aws_secret_access_key=ROOT_KEY,
        )


def start(
    state: Path,
    port: int = 0,
    *,
    auth: bool = True,
    time_scale: float = 1.0,
    instance_seconds: float = 0.0,
    models: Path | None = None,
    keep: bool = False,
    project: Path | None = None,
) -> Cloud:
    """Start a cloud in the background and return once it answers.

    It keeps running when the caller ends. With `keep` it is as the one before was, which ran here
    and was kept, and else empty. `port` 0 takes the port of the one before or a free one; `models`
    is `state` unless given; the other options are as in Settings. Raises CloudRunning, or
    CloudFailed.
    """
    state = state.resolve()
    if record.alive(state):
        raise CloudRunning(f"A cloud already runs in {state}: stop it, or give another folder.")
    stop(state)
    settings = Settings(
        state=state,
        models=(models or state).resolve(),
        port=_free_port(port or _port_before(state, keep=keep)),
        auth=auth,
        time_scale=time_scale,
        instance_seconds=instance_seconds,
        keep=keep,
        project=project.resolve() if project else None,
    )
    _lay_out(settings)
    _wait_until_ready(settings, _spawn(settings))
    return Cloud(settings)


def find(state: Path) -> Cloud | None:
    """The cloud that runs in `state`, None when there is none."""
    state = state.resolve()
    return Cloud(record.load(state)) if record.alive(state) else None


def forget(state: Path) -> None:
    """Have the next cloud in `state` start empty. Raises CloudRunning."""
    if record.alive(state.resolve()):
        raise CloudRunning(f"A cloud runs in {state}: what it holds cannot be forgotten.")
    shutil.rmtree(state / "kept", ignore_errors=True)


def died(state: Path) -> bool:
    """Whether a cloud ran in `state` and was not stopped."""
    return record.pid(state).exists() and not record.alive(state.resolve())


def stop(state: Path) -> None:
    """End the cloud in `state` with every process it started; does nothing when it is ended."""
    state = state.resolve()
    pid = _pid(state)
    if pid is not None:
        _end(state, pid)
    record.pid(state).unlink(missing_ok=True)
    for folder in ("tmp", "containers"):
        shutil.rmtree(state / folder, ignore_errors=True)


def follow(cloud: Cloud, write: Callable[[str], None]) -> None:
    """Pass the log's lines to `write` as they come, until the cloud ends."""
    with cloud.log.open() as log:
        while True:
            alive = record.alive(cloud.settings.state)
            for line in log:
                write(line.rstrip("\n"))
            if not alive:
                return
            time.sleep(_POLL_SECONDS)


def _free_port(wanted: int) -> int:
    try:
        with socket.create_server(("127.0.0.1", wanted)) as listener:
            port: int = listener.getsockname()[1]
            return port
    except OSError as error:
        raise CloudFailed(f"Port {wanted} cannot be had: {error}. Give another, or 0.") from error


def _port_before(state: Path, *, keep: bool) -> int:
    """The port of the cloud that was kept here, so that what was told it finds it again; 0 where
    somebody else has it now."""
    try:
        before = record.load(state).port if keep else 0
        with socket.create_server(("127.0.0.1", before)):
            return before
    except (OSError, TypeError, ValueError):
        return 0


def _lay_out(settings: Settings) -> None:
    settings.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings.temporary.mkdir()
    sam = settings.state / "sam"
    sam.mkdir(exist_ok=True)
    checked = {"lastVersionCheck": time.time() + _NEVER_SECONDS}
    (sam / "metadata.json").write_text(json.dumps(checked))
    record.log(settings.state).unlink(missing_ok=True)
    record.save(settings)


def _spawn(settings: Settings) -> int:
    """Start the cloud's process and return its number.

    Not a Popen: the process shall outlive this one, which a Popen warns of.
    """
    log = str(record.log(settings.state))
    return os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "slipway_local.process", str(settings.state)],
        environment(settings, os.environ),
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
    )


def _wait_until_ready(settings: Settings, pid: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not _answers(settings.port):
        if _reaped(pid) or time.monotonic() > deadline:
            tail = record.log(settings.state).read_text()[-_LOG_TAIL:]
            stop(settings.state)
            raise CloudFailed(f"The cloud did not start in {settings.state}. Its log ends:\n{tail}")
        time.sleep(_POLL_SECONDS)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_ANSWER_SECONDS)
    try:
        connection.request("GET", "/_ministack/health")
        return connection.getresponse().status == HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def _pid(state: Path) -> int | None:
    try:
        return int(record.pid(state).read_text())
    except (FileNotFoundError, ValueError):
        return None


def _end(state: Path, pid: int) -> None:
    """Ask the process to end, then kill what is left of its group."""
    if record.alive(state):
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        while record.alive(state) and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
    _reaped(pid)
    if record.alive(state) or not _exists(pid):
        # Without a leader the group is still the cloud's: its number is not given away while a
        # member lives. With a leader that does not hold the lock it would be someone else's.
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _reaped(pid: int) -> bool:
    """Whether the process was ours and has ended."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return False
