"""A launcher and a runner that run nothing: what their models and jobs do, and when, is written
down beforehand."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from slipway_local.sagemaker.jobs import Ending, Job
from slipway_local.sagemaker.serving import (
    Container,
    Health,
    Invocation,
    Reply,
    ServerGone,
    Usage,
)

Answer = Callable[[Container, Invocation], Reply]


def echo(_: Container, invocation: Invocation) -> Reply:
    """Give the body back, in its own content type."""
    kind = invocation.headers.get("Content-Type", "application/octet-stream")
    return Reply(200, {"Content-Type": kind}, invocation.body)


def constant(body: bytes, status: int = 200, content_type: str = "text/csv") -> Answer:
    """Answer every request alike."""
    reply = Reply(status, {"Content-Type": content_type}, body)

    def answer(_container: Container, _invocation: Invocation) -> Reply:
        return reply

    return answer


@dataclass(frozen=True, slots=True)
class Script:
    """How a container behaves: ready (or, with a `failure`, failed) `after` seconds; what it takes
    of its instance, and what it says to /execution-parameters."""

    after: float = 0.0
    failure: str = ""
    answer: Answer = echo
    usage: Usage = field(default_factory=Usage)
    parameters: Reply = field(default_factory=lambda: Reply(404, {}, b""))


@dataclass(slots=True)
class ScriptedServer:
    """A container that follows its script."""

    container: Container
    script: Script
    clock: Callable[[], float]
    started: float
    stopped: bool = False
    dead: bool = False

    def health(self) -> Health:
        if self.dead:
            return Health.FAILED
        if self.clock() < self.started + self.script.after:
            return Health.STARTING
        return Health.FAILED if self.script.failure else Health.READY

    def failure(self) -> str:
        if self.dead:
            return "the process died"
        return self.script.failure if self.health() is Health.FAILED else ""

    def invoke(self, invocation: Invocation, *, timeout: float) -> Reply:
        del timeout
        if self.stopped or self.health() is not Health.READY:
            raise ServerGone(self.container.image)
        return self.script.answer(self.container, invocation)

    def execution_parameters(self, *, timeout: float) -> Reply:
        del timeout
        return self.script.parameters

    def usage(self) -> Usage:
        return Usage() if self.stopped else self.script.usage

    def stop(self) -> None:
        self.stopped = True

    def die(self) -> None:
        """As if the process had been killed."""
        self.dead = True


@dataclass(slots=True, kw_only=True)
class ScriptedMultiModelServer(ScriptedServer):
    """A multi-model container, each of whose models follows the script of its own URL."""

    launch: Callable[[Container], ScriptedServer]
    models: dict[str, ScriptedServer] = field(default_factory=dict)
    busy: set[str] = field(default_factory=set)

    def load(self, target: str, *, timeout: float) -> Reply:
        """A model whose script is not ready yet counts as one that takes longer than `timeout`."""
        if self.stopped or self.health() is not Health.READY:
            raise ServerGone(self.container.image)
        status = 409 if target in self.models else 200
        model = self.models.pop(target, None) or self._start(target)
        self.models[target] = model
        if status == 200 and 0 < self.container.memory < self.usage().memory:
            return Reply(507, {}, self._drop(target))
        if model.health() is Health.STARTING:
            raise TimeoutError(f"{target} did not load within {timeout:g} seconds")
        if model.health() is Health.FAILED:
            return Reply(500, {}, self.models.pop(target).failure().encode())
        return Reply(status, {}, b"")

    def _start(self, target: str) -> ScriptedServer:
        url = f"{(self.container.model_data_url or '').rstrip('/')}/{target.lstrip('/')}"
        return self.launch(replace(self.container, model_data_url=url, multi_model=False))

    def _drop(self, target: str) -> bytes:
        self.models.pop(target).stop()
        return b"out of memory"

    def unload(self, target: str) -> Reply:
        if target not in self.models:
            return Reply(404, {}, b"")
        if target in self.busy:
            return Reply(409, {}, b"")
        self._drop(target)
        return Reply(200, {}, b"")

    def loaded(self) -> Sequence[str]:
        return list(self.models)

    def downloaded(self, target: str) -> float:
        del target
        return 0.0

    def usage(self) -> Usage:
        return sum((model.usage() for model in self.models.values()), Usage())

    def invoke(self, invocation: Invocation, *, timeout: float) -> Reply:
        target = invocation.headers["X-Amzn-SageMaker-Target-Model"]
        return self.models[target].invoke(invocation, timeout=timeout)

    def stop(self) -> None:
        for model in self.models.values():
            model.stop()
        self.stopped = True


@dataclass(slots=True)
class ScriptedLauncher:
    """Launches by `scripts`, keyed by the container's model data URL or, failing that, image."""

    clock: Callable[[], float]
    scripts: Mapping[str, Script] = field(default_factory=dict)
    launched: list[ScriptedServer] = field(default_factory=list)

    def launch(self, container: Container) -> ScriptedServer:
        url = container.model_data_url or ""
        script = self.scripts.get(url) or self.scripts.get(container.image) or Script()
        server = ScriptedServer(container, script, self.clock, self.clock())
        if container.multi_model:
            server = ScriptedMultiModelServer(
                container, script, self.clock, self.clock(), launch=self.launch
            )
        self.launched.append(server)
        return server

    def next_change(self) -> float | None:
        """When the next container that is starting will be ready or have failed."""
        ends = (server.started + server.script.after for server in self.launched)
        return min((end for end in ends if end > self.clock()), default=None)


@dataclass(frozen=True, slots=True)
class JobScript:
    """How a job behaves: its container runs after `before` seconds and ends `after` that many."""

    ending: Ending = field(default_factory=Ending)
    before: float = 0.0
    after: float = 0.0


@dataclass(slots=True)
class ScriptedRun:
    """A job that follows its script."""

    job: Job
    script: JobScript
    clock: Callable[[], float]
    started: float
    stopped: bool = False

    def began(self) -> bool:
        return self.clock() >= self.started + self.script.before

    def ending(self) -> Ending | None:
        if self.stopped:
            return Ending(137)
        return self.script.ending if self.clock() >= self.ends() else None

    def ends(self) -> float:
        return self.started + self.script.before + self.script.after

    def stop(self) -> None:
        self.stopped = True


@dataclass(slots=True)
class ScriptedRunner:
    """Runs by `scripts`, keyed by the repository of the job's image."""

    clock: Callable[[], float]
    scripts: Mapping[str, JobScript] = field(default_factory=dict)
    runs: list[ScriptedRun] = field(default_factory=list)

    def run(self, job: Job) -> ScriptedRun:
        repository = job.image.rsplit("/", 1)[-1].partition(":")[0]
        script = self.scripts.get(repository) or JobScript()
        self.runs.append(ScriptedRun(job, script, self.clock, self.clock()))
        return self.runs[-1]

    def next_change(self) -> float | None:
        """When the next container will run or end."""
        changes = (
            time for run in self.runs for time in (run.started + run.script.before, run.ends())
        )
        return min((time for time in changes if time > self.clock()), default=None)
