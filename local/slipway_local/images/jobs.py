"""Processing jobs as processes.

inputs from S3 ─► environment of the image ─► process … its end ─► outputs to S3
                                                └── Continuous outputs meanwhile
"""

import importlib.util
import json
import os
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from slipway_local.images.environments import Environments, Progress
from slipway_local.images.folders import discard
from slipway_local.images.installing import EnvironmentFailed
from slipway_local.images.obituary import why_it_ended
from slipway_local.images.processes import DEFAULT_BOUNDS, Running, Start, spawn_job
from slipway_local.images.registry import Program, UnknownImage, program_of
from slipway_local.images.slipway_container.confinement import Bounds
from slipway_local.images.transfers import Objects, TransferFailed, Upload, checked, download, place
from slipway_local.sagemaker.jobs import Ending, Job

_REFUSALS = (EnvironmentFailed, TransferFailed, UnknownImage)
_FOLDERS = ("opt/ml/config", "opt/ml/output", "opt/ml/processing", "tmp")
_CONFIG = "opt/ml/config/processingjobconfig.json"
_MESSAGE = "opt/ml/output/message"
_METRICS = "opt/ml/output/metrics/cloudwatch/cloudwatch_metrics.jsonl"
_LONGEST_MESSAGE = 1024
_LONGEST_METRICS = 16 * 1024 * 1024
_CONTINUOUS_SECONDS = 1.0
_STOP_SECONDS = 10


class ProcessRunner:
    """Runs each job as a process of its own; `home` is as ProcessLauncher's."""

    def __init__(
        self,
        home: Path,
        objects: Objects,
        *,
        progress: Progress = lambda _: None,
        bounds: Bounds = DEFAULT_BOUNDS,
    ) -> None:
        self._home = home
        self._objects = objects
        self._environments = Environments(home / "images", progress)
        self._bounds = bounds
        self._runs: list[ProcessRun] = []

    def run(self, job: Job) -> "ProcessRun":
        """Start a job in the background."""
        started = ProcessRun(job, self._home, self._environments, self._objects, self._bounds)
        self._runs = [run for run in self._runs if run.ending() is None] + [started]
        started.start()
        return started

    def stop(self) -> None:
        """End all jobs, and wait until they have."""
        for run in self._runs:
            run.stop()
        for run in self._runs:
            run.wait(_STOP_SECONDS)


class ProcessRun:
    """One job; `log_path` is what its process prints, and outlives it."""

    def __init__(
        self,
        job: Job,
        home: Path,
        environments: Environments,
        objects: Objects,
        bounds: Bounds,
    ) -> None:
        self._job, self._environments = job, environments
        self._objects, self._bounds = objects, bounds
        containers = home / "containers" / str(os.getpid())
        for folder in (containers, home / "logs"):
            folder.mkdir(parents=True, exist_ok=True)
        self._root = Path(tempfile.mkdtemp(prefix="j-", dir=containers))
        self.log_path = home / "logs" / f"{self._root.name}.log"
        self._lock = threading.Lock()
        self._began = self._stopped = False
        self._running: Running | None = None
        self._ending: Ending | None = None
        self._thread = threading.Thread(target=self._run, name=self._root.name, daemon=True)

    def start(self) -> None:
        """Begin, in the background."""
        self._thread.start()

    def began(self) -> bool:
        """Whether its process runs, or has run."""
        return self._began

    def ending(self) -> Ending | None:
        """How it ended, outputs and all; None until then."""
        return self._ending

    def wait(self, timeout: float) -> Ending | None:
        """How it ended, if it does within `timeout` seconds."""
        self._thread.join(timeout)
        return self._ending

    def stop(self) -> None:
        """Kill the process; what it started and its folder go when it has ended."""
        with self._lock:
            self._stopped = True
            if self._running:
                self._running.kill()

    def _run(self) -> None:
        try:
            ending = self._life()
        except _REFUSALS as error:
            ending = Ending(failure=f"ClientError: {error}")
        except Exception as error:  # noqa: BLE001 - S3 is the caller's and may raise anything
            ending = Ending(failure=f"InternalServerError: {type(error).__name__}: {error}")
        discard(self._root)
        self._ending = ending

    def _life(self) -> Ending:
        """Prepare, run, send what it leaves."""
        program = program_of(self._job.image)
        if self._job.command:
            raise UnknownImage(
                f"{program.repository} runs its own program here: give it no ContainerEntrypoint "
                "and no ContainerArguments"
            )
        uploads = self._laid_out()
        environment = self._environments.provide(program.packages)
        variables = {**self._job.environment, **_brought(program)}
        start = Start(
            environment.python, program.module, self._root, variables, self.log_path, self._bounds
        )
        code = self._completed(start, [upload for upload, continuous in uploads if continuous])
        for upload, continuous in uploads:
            if not code or continuous:
                upload.send()
        return self._told(code)

    def _laid_out(self) -> Sequence[tuple[Upload, bool]]:
        """The container's folders, filled; its outputs, and whether they are continuous."""
        job, root = self._job, self._root
        for folder in _FOLDERS:
            (root / folder).mkdir(parents=True)
        (root / _CONFIG).write_text(json.dumps(job.config))
        for source in job.sources:
            checked(source.local_path)
            download(source, root, self._objects)
        for sink in job.sinks:
            place(root, checked(sink.local_path)).mkdir(parents=True, exist_ok=True)
        return [(Upload(sink, root, self._objects), sink.continuous) for sink in job.sinks]

    def _completed(self, start: Start, continuous: Sequence[Upload]) -> int:
        """Run the process until it ends; its exit code."""
        with self._lock:
            if self._stopped:
                return -1
            running = self._running = spawn_job(start)
        self._began = True
        try:
            while not running.ends_within(_CONTINUOUS_SECONDS):
                for upload in continuous:
                    upload.send()
        finally:
            with self._lock:
                self._running = None
            code = running.end()
        return code

    def _told(self, code: int) -> Ending:
        message = _text(self._root / _MESSAGE, _LONGEST_MESSAGE).strip()
        if code and not message:
            message = why_it_ended(self._root, self.log_path, code)
        metrics = tuple(_metrics(_text(self._root / _METRICS, _LONGEST_METRICS)))
        # A shell, and so Docker, counts a signal from 128 on.
        return Ending(code if code >= 0 else 128 - code, message, metrics=metrics)


def _brought(program: Program) -> Mapping[str, str]:
    """Where the program's own package is, and how many threads its columns may have."""
    spec = importlib.util.find_spec(program.brings)
    if spec is None or not spec.submodule_search_locations:
        raise EnvironmentFailed(f"{program.brings} is not installed beside the cloud")
    return {"SLIPWAY_PACKAGE": spec.submodule_search_locations[0], "POLARS_MAX_THREADS": "4"}


def _text(file: Path, longest: int) -> str:
    """What the job wrote, if it is a file and no link out of its folder."""
    if file.is_symlink() or not file.is_file():
        return ""
    with file.open(errors="replace") as text:
        return text.read(longest)


def _metrics(text: str) -> Iterator[Mapping[str, Any]]:
    """Each line's datum; a line that is none is left out, as CloudWatch would refuse it."""
    for line in text.splitlines():
        try:
            datum = json.loads(line)
        except ValueError:
            continue
        if isinstance(datum, dict) and "MetricName" in datum:
            yield datum
