"""An ECS of one's own: a clock that is set by hand, and containers that do as they are told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from slipway_local.ecs.running import Binding, Program
from slipway_local.ecs.service import ECS
from slipway_local.sagemaker import inprocess

EXECUTION = "arn:aws:iam::000000000000:role/execution"
NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}
LOG = {
    "logDriver": "awslogs",
    "options": {
        "awslogs-group": "/ecs/housing",
        "awslogs-region": "us-east-1",
        "awslogs-stream-prefix": "ecs",
    },
}

Answer = Any  # whatever boto3 gives


@dataclass
class Probe:
    """A health check that ends when it is told to."""

    words: Sequence[str]
    ended: int | None = None
    killed: bool = False

    def code(self) -> int | None:
        return self.ended

    def kill(self) -> None:
        self.killed = True


@dataclass
class Run:
    """A container that begins at once, and ends when it is told to."""

    program: Program
    why: str = ""
    ended: int | None = None
    printed: list[str] = field(default_factory=list)
    takes: int = 0
    asked: bool = False
    obeys: bool = True
    probes: list[Probe] = field(default_factory=list)

    def failure(self) -> str:
        return self.why

    def began(self) -> bool:
        return not self.why

    def code(self) -> int | None:
        return self.ended

    def bindings(self) -> Sequence[Binding]:
        return [Binding(port, self.program.address, port) for port in self.program.ports]

    def lines(self) -> Sequence[str]:
        lines, self.printed = self.printed, []
        return lines

    def memory(self) -> int:
        return self.takes

    def probe(self, words: Sequence[str]) -> Probe:
        self.probes.append(Probe(words))
        return self.probes[-1]

    def terminate(self) -> None:
        self.asked = True
        if self.obeys:
            self.ended = 143

    def kill(self) -> None:
        self.ended = 137


@dataclass
class Runner:
    """Remembers what it ran, the newest last."""

    runs: list[Run] = field(default_factory=list)
    discarded: list[str] = field(default_factory=list)
    why: str = ""

    def address(self) -> str:
        return "127.1.2.3"

    def run(self, program: Program) -> Run:
        self.runs.append(Run(program, self.why))
        return self.runs[-1]

    def discard(self, task: str) -> None:
        self.discarded.append(task)

    def __getitem__(self, name: str) -> Run:
        """The newest container of that name."""
        return next(run for run in reversed(self.runs) if run.program.name == name)


@dataclass
class Cloud:
    """The service, an unmodified client of it, and all that it tells."""

    runner: Runner = field(default_factory=Runner)
    now: float = 1000.0
    events: list[Any] = field(default_factory=list)
    logs: list[tuple[str, str, list[str]]] = field(default_factory=list)
    groups: set[str] = field(default_factory=lambda: {"/ecs/housing"})
    denied: set[str] = field(default_factory=set)
    secrets: dict[str, str] = field(default_factory=dict)
    strangers: set[str] = field(default_factory=set)
    ringing: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.ecs = ECS(
            self.runner,
            clock=lambda: self.now,
            random=Random(7),  # noqa: S311 - it names tasks
            emit=self.events.append,
            put_log=lambda group, stream, lines: self.logs.append((group, stream, [*lines])),
            has_role=lambda role: role not in self.strangers,
            has_group=lambda group: group in self.groups,
            secret=lambda source: self.secrets.get(source),
            credentials=lambda role, _task: {"ROLE": role} if role else {},
            in_alarm=lambda name: name in self.ringing,
            may=lambda _role, action, _resource: action not in self.denied,
        )
        self.client = boto3.client(
            "ecs", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
        )
        inprocess.connect(self.client.meta.events, self.ecs.handle)

    def tick(self, times: int = 1, seconds: float = 0.0) -> None:
        for _ in range(times):
            self.now += seconds
            self.ecs.tick()

    def define(self, *containers: Mapping[str, Any], **changes: object) -> Answer:
        """Register a definition of `housing` for Fargate."""
        usual = {
            "family": "housing",
            "requiresCompatibilities": ["FARGATE"],
            "networkMode": "awsvpc",
            "cpu": "256",
            "memory": "512",
            "executionRoleArn": EXECUTION,
            "containerDefinitions": [
                {"name": "main", "image": "job:1", **each} for each in containers
            ]
            or [{"name": "main", "image": "job:1"}],
        }
        return self.client.register_task_definition(**{**usual, **changes})["taskDefinition"]

    def run(self, **changes: object) -> str:
        """Run one task; its ARN."""
        usual = {
            "taskDefinition": "housing",
            "launchType": "FARGATE",
            "networkConfiguration": NETWORK,
        }
        return str(self.client.run_task(**{**usual, **changes})["tasks"][0]["taskArn"])

    def task(self, arn: str) -> Answer:
        """A task, as it is described."""
        (found,) = self.client.describe_tasks(tasks=[arn])["tasks"]
        return found

    def serve(self, **changes: object) -> Answer:
        """Create the service `web` of two tasks."""
        usual = {
            "serviceName": "web",
            "taskDefinition": "housing",
            "desiredCount": 2,
            "launchType": "FARGATE",
            "networkConfiguration": NETWORK,
        }
        return self.client.create_service(**{**usual, **changes})["service"]

    def service(self) -> Answer:
        (found,) = self.client.describe_services(services=["web"])["services"]
        return found

    def told(self, kind: str) -> list[Any]:
        """The details of all events of a type."""
        return [each["Detail"] for each in self.events if each["DetailType"] == kind]


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


@pytest.fixture
def refused() -> Callable[[Callable[[], object]], tuple[str, str]]:
    """`refused(call)`: the code and the message of the error that the call ends with."""

    def refused_by(call: Callable[[], object]) -> tuple[str, str]:
        with pytest.raises(ClientError) as caught:
            call()
        error = caught.value.response["Error"]
        return error["Code"], error["Message"]

    return refused_by
