"""A cloud with one of everything deployed in it, once for all tests that look at it."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from slipway_local import cloud
from slipway_local.cloud import Cloud

from tests.local.serving import running

__all__ = ["running"]

Client = Any  # boto3 makes them when asked for
Answer = Any  # whatever JSON holds

STACK = Path(__file__).parent / "stack"
SAM = str(Path(sys.executable).with_name("sam"))
# One minute of the stack's waits takes a bit more than a second.
TIME_SCALE = 0.02


@dataclass(frozen=True, slots=True)
class Stack:
    """The deployed stack, seen by its root user."""

    cloud: Cloud
    outputs: Mapping[str, str]
    clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Client:
        if service not in self.clients:
            self.clients[service] = self.cloud.client(service)
        return self.clients[service]

    def invoke(self, function: str, **event: object) -> Answer:
        """What the function answers, or the error it ends with."""
        answer = self.client("lambda").invoke(
            FunctionName=self.outputs[function], Payload=json.dumps(event)
        )
        return json.loads(answer["Payload"].read())

    def work(self, do: str, **event: object) -> Answer:
        return self.invoke("Worker", do=do, **event)

    def execute(self, name: str, **given: object) -> str:
        """Start an execution and return its ARN."""
        started = self.client("stepfunctions").start_execution(
            stateMachineArn=self.outputs["Machine"], name=name, input=json.dumps(given)
        )
        return str(started["executionArn"])

    def ended(self, execution: str) -> Mapping[str, Any]:
        """The execution's description once it has ended."""
        describe = self.client("stepfunctions").describe_execution

        def look() -> Answer:
            described = describe(executionArn=execution)
            return described if described["status"] != "RUNNING" else None

        return dict(eventually(look))

    def take(self, queue: str) -> list[str]:
        """The bodies of the messages in a queue, which are deleted."""
        sqs, url = self.client("sqs"), self.outputs[queue]
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [message["Body"] for message in messages]

    def seen(self, wanted: Callable[[Any], bool]) -> Answer:
        """The first event that the bus brought, or will bring, which is `wanted`."""
        return eventually(lambda: self._seen(wanted))

    def _seen(self, wanted: Callable[[Any], bool]) -> Answer:
        _EVENTS.extend(json.loads(body) for body in self.take("Seen"))
        return next((event for event in _EVENTS if wanted(event)), None)


_EVENTS: list[Any] = []


def eventually(look: Callable[[], Any], seconds: float = 15.0) -> Answer:
    """What `look` sees, as soon as it sees something."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "It did not come."
        time.sleep(0.02)
    return found


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The stack, built and deployed by the real SAM CLI."""
    folder = tmp_path_factory.mktemp("cloud")
    running = cloud.start(folder / "state", time_scale=TIME_SCALE)
    try:
        yield Stack(running, deploy(running, folder / "stack"))
    finally:
        cloud.stop(folder / "state")


def deploy(running: Cloud, folder: Path) -> Mapping[str, str]:
    """Build and deploy a copy of the stack; its outputs."""
    shutil.copytree(STACK, folder)
    # No Python but the one that runs SAM: the runtime that the template names is not needed.
    path = os.pathsep.join((str(Path(sys.executable).parent), "/usr/bin", "/bin"))
    home = {"HOME": str(folder), "TMPDIR": str(folder)}  # SAM leaves folders where it may
    variables = {**running.environment, **home, "PATH": path, "LANG": "C.UTF-8"}
    arguments = "--stack-name proof --resolve-s3 --capabilities CAPABILITY_IAM --no-progressbar"
    for command in (["build"], ["deploy", *arguments.split()]):
        done = subprocess.run(  # noqa: S603 - our own SAM CLI
            [SAM, *command],
            cwd=folder,
            env=variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    described = running.client("cloudformation").describe_stacks(StackName="proof")
    outputs = described["Stacks"][0]["Outputs"]
    return {output["OutputKey"]: output["OutputValue"] for output in outputs}


@pytest.fixture(name="eventually")
def eventually_fixture() -> Callable[..., Any]:
    """`eventually(look)`: what `look` sees, as soon as it sees something."""
    return eventually
