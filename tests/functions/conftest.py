"""The handlers, on moto's AWS and our SageMaker; releases are kept in a list."""

import importlib.util
import io
import json
import sys
import tarfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.loaders import Loader
from cfnlint.decode import cfn_yaml  # type: ignore[import-untyped] # it has no types
from moto import mock_aws
from slipway import settings, wiring
from slipway.adapters.cloudwatch_measurements import CloudWatchMeasurements
from slipway.ports import Ports
from slipway_local.ecs.service import ECS
from slipway_local.ecs.wire import PREFIX
from slipway_local.sagemaker.account import Durations
from slipway_local.sagemaker.inprocess import connect
from slipway_local.sagemaker.rehearsal import Rehearsal
from slipway_local.sagemaker.wire import Request, Response

from tests.local.ecs.conftest import Runner

REPOSITORY = Path(__file__).parents[2]
REGION = "eu-west-1"
BUCKET = f"slipway-123456789012-{REGION}"
MANIFEST = f"image: 123456789012.dkr.ecr.{REGION}.amazonaws.com/mine:1\nprobes:\n  - body: '1,2'\n"
MONITOR = "capture: {percentage: 100}\nmonitor: {}\n"
DATA = b"prediction,x0,x1\n" + b"".join(b"%d,%d,%d\n" % (3 * i, i, i % 7) for i in range(100))
# Services whose requests are signed under another name than that of their permissions.
SIGNED_AS = {"monitoring": "cloudwatch"}


@dataclass(frozen=True, slots=True)
class Context:
    """What Lambda tells a function about its call."""

    function_name: str
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:123456789012:function:it"
    aws_request_id: str = "2f1c6a2e-6a3d-4a57-9a1c-000000000000"


@dataclass(slots=True)
class Executions:
    """Implements ports.Executions: what was started, what runs, and which tokens were used.

    `calls` gets the permission that each call takes on AWS.
    """

    calls: set[str]
    started: list[tuple[str, str]] = field(default_factory=list)
    running: set[str] = field(default_factory=set)
    asleep: set[str] = field(default_factory=set)
    woken: list[str] = field(default_factory=list)

    def start(self, deployment: str, name: str) -> None:
        self.calls.add("states:StartExecution")
        self.started.append((deployment, name))

    def is_running(self, execution: str) -> bool:
        self.calls.add("states:DescribeExecution")
        return execution in self.running

    def wake(self, token: str) -> bool:
        self.calls.add("states:SendTaskSuccess")
        if token not in self.asleep:
            return False
        self.asleep.remove(token)
        self.woken.append(token)
        return True


@dataclass(frozen=True, slots=True)
class World:
    """Everything around the handlers, to arrange and to look at."""

    calls: set[str]
    ports: Ports
    aws: boto3.Session
    sagemaker: Rehearsal
    executions: Executions
    ecs: ECS
    runner: Runner

    def tick(self) -> None:
        """Let tasks go on as far as they can."""
        for _ in range(4):
            self.ecs.tick()

    def upload(self, key: str, content: bytes) -> None:
        self.aws.client("s3").put_object(Bucket=BUCKET, Key=key, Body=content)

    def upload_model(self, deployment: str = "housing", manifest: str = MANIFEST) -> None:
        self.upload(f"models/{deployment}/slipway.yaml", manifest.encode())
        self.upload(f"models/{deployment}/model.tar.gz", archive({"weights.txt": b"0.5"}))

    def upload_monitored(self, monitor: str = MONITOR) -> None:
        """A model whose requests are held against baseline data."""
        self.upload("models/housing/baseline.csv", DATA)
        self.upload_model(manifest=f"{MANIFEST}{monitor}")

    def capture(self, factor: int = 1, hour: str = "2026/03/02/08", name: str = "a") -> str:
        """What the endpoint was asked in an hour: the baseline's rows, `factor` times as large."""
        records = (_record_of(3 * i * factor, f"{i * factor},{i % 7}") for i in range(100))
        key = f"capture/slipway-housing/AllTraffic/{hour}/{name}.jsonl"
        self.upload(key, b"".join(records))
        return key

    def due(self, at: str = "2026-03-02T09:15:00Z") -> dict[str, Any]:
        """What the schedule tells a check that was due then."""
        found = self.aws.client("scheduler").get_schedule(Name="slipway-housing")
        given = found["Target"]["Input"].replace("<aws.scheduler.scheduled-time>", at)
        document: dict[str, Any] = json.loads(given)
        return document

    def files(self, folder: str) -> dict[str, bytes]:
        """What is in a folder of the bucket, by name."""
        s3 = self.aws.client("s3")
        found = s3.list_objects_v2(Bucket=BUCKET, Prefix=folder).get("Contents", [])
        return {
            each["Key"].removeprefix(folder): s3.get_object(Bucket=BUCKET, Key=each["Key"])[
                "Body"
            ].read()
            for each in found
        }


Call = Callable[[str, Mapping[str, Any]], Any]
Example = Callable[[str], dict[str, Any]]
Queued = Callable[..., dict[str, Any]]
Advance = Callable[..., dict[str, Any]]


def archive(members: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in members.items():
            header = tarfile.TarInfo(name)
            header.size = len(content)
            tar.addfile(header, io.BytesIO(content))
    return packed.getvalue()


def _record_of(said: int, given: str) -> bytes:
    """A line of a capture file. Source: "Capture data", SageMaker developer guide."""
    sides = {
        side: {"observedContentType": "text/csv", "mode": mode, "data": data, "encoding": "CSV"}
        for side, mode, data in (
            ("endpointInput", "INPUT", given),
            ("endpointOutput", "OUTPUT", str(said)),
        )
    }
    about = {"eventId": "e-1", "inferenceTime": "2026-03-02T08:10:00Z"}
    line = {"captureData": sides, "eventMetadata": about, "eventVersion": "0"}
    return json.dumps(line).encode() + b"\n"


@pytest.fixture(scope="session")
def models() -> Loader:
    """The services' API models, read once for all tests."""
    return Loader()


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, models: Loader) -> Iterator[World]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws(config={"core": {"passthrough": {"urls": [r".*(sagemaker|ecs\.).*"]}}}):
        sagemaker = Rehearsal(durations=Durations(creating=60, updating=60, config_visible=0))
        core = botocore.session.Session()
        core.register_component("data_loader", models)
        aws = boto3.Session(botocore_session=core, region_name=REGION)
        runner = Runner()
        ecs = ECS(runner, clock=sagemaker.clock, random=Random(7))  # noqa: S311 - it names tasks
        connect(aws.events, partial(_either, ecs, sagemaker))
        aws.client("ecs").create_cluster(clusterName="slipway-tasks")
        calls: set[str] = set()
        aws.events.register(
            "before-call",
            lambda model, params, **_: calls.update(
                _permissions(model.name, model.service_model.signing_name, params)
            ),
        )
        executions = Executions(calls)
        ports = replace(
            wiring.build(settings.read(_environment(aws)), aws),
            executions=executions,
            # Windows are of one hour for ever, and no metric is taken of one that is long past.
            measurements=CloudWatchMeasurements(aws, "Slipway/Drift", clock=lambda: 0.0),
            clock=sagemaker.clock,
        )
        yield World(calls, ports, aws, sagemaker, executions, ecs, runner)


def _either(ecs: ECS, sagemaker: Rehearsal, request: Request) -> Response:
    """The answer of the service that is asked."""
    tasks = request.headers.get("x-amz-target", "").startswith(PREFIX)
    return ecs.handle(request) if tasks else sagemaker.service.handle(request)


def _permissions(operation: str, service: str, params: Mapping[str, Any]) -> set[str]:
    """The permissions that an API call takes, where they are not called as it is.

    Source: "Actions, resources, and condition keys" for Amazon S3, CloudWatch and EventBridge
    Scheduler, Service Authorization Reference.
    """
    versioned = "versionId" in params.get("query_string", {})
    read = "s3:GetObjectVersion" if versioned else "s3:GetObject"
    return {
        "ListObjectsV2": {"s3:ListBucket"},
        "ListObjectVersions": {"s3:ListBucketVersions"},
        "DeleteObjects": {"s3:DeleteObject", "s3:DeleteObjectVersion"},
        "HeadObject": {read},
        "GetObject": {read},
        "CopyObject": {"s3:GetObjectVersion", "s3:PutObject"},
        "RegisterTaskDefinition": {"ecs:RegisterTaskDefinition", "iam:PassRole"},
        "RunTask": {"ecs:RunTask", "iam:PassRole"},
        "CreateSchedule": {"scheduler:CreateSchedule", "iam:PassRole"},
        "UpdateSchedule": {"scheduler:UpdateSchedule", "iam:PassRole"},
    }.get(operation, {f"{SIGNED_AS.get(service, service)}:{operation}"})


def _environment(aws: boto3.Session) -> dict[str, str]:
    """What the template makes and tells the functions."""
    location: Any = {"LocationConstraint": REGION}
    aws.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)
    aws.client("s3").put_bucket_versioning(
        Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"}
    )
    aws.client("dynamodb").create_table(
        TableName="ledger",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": "deployment", "AttributeType": "S"},
            {"AttributeName": "item", "AttributeType": "S"},
            {"AttributeName": "version", "AttributeType": "N"},
        ],
        KeySchema=[
            {"AttributeName": "deployment", "KeyType": "HASH"},
            {"AttributeName": "item", "KeyType": "RANGE"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "records",
                "KeySchema": [{"AttributeName": "version", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
    )
    return {
        "AWS_REGION": REGION,
        "SLIPWAY_PREFIX": "slipway",
        "SLIPWAY_BUCKET": BUCKET,
        "SLIPWAY_TABLE": "ledger",
        "SLIPWAY_START_ROLE_ARN": "arn:aws:iam::123456789012:role/start",
        "SLIPWAY_REMEDY_TARGETS": "",
        "SLIPWAY_TOPIC_ARN": aws.client("sns").create_topic(Name="news")["TopicArn"],
        "SLIPWAY_STATE_MACHINE_ARN": "unused: releases are kept in a list",
        "SLIPWAY_CHECK_STATE_MACHINE_ARN": f"arn:aws:states:{REGION}:123456789012:stateMachine:c",
        "SLIPWAY_SCHEDULE_ROLE_ARN": "arn:aws:iam::123456789012:role/schedule",
        "SLIPWAY_MONITOR_ROLE_ARN": "arn:aws:iam::123456789012:role/monitor",
        "SLIPWAY_SCHEDULE_DEAD_LETTERS_ARN": f"arn:aws:sqs:{REGION}:123456789012:dead",
        "SLIPWAY_DRIFT_NAMESPACE": "Slipway/Drift",
        "SLIPWAY_TASK_CLUSTER": f"arn:aws:ecs:{REGION}:123456789012:cluster/slipway-tasks",
        "SLIPWAY_TASK_SUBNETS": "subnet-1",
        "SLIPWAY_TASK_SECURITY_GROUPS": "",
        "SLIPWAY_TASK_ROLE_ARN": "arn:aws:iam::123456789012:role/task",
        "SLIPWAY_TASK_EXECUTION_ROLE_ARN": "arn:aws:iam::123456789012:role/execution",
        "SLIPWAY_TASK_LOG_GROUP": "/aws/ecs/slipway-tasks",
        "SLIPWAY_MODEL_ROLE_ARN": "arn:aws:iam::123456789012:role/model",
        "SLIPWAY_DEFAULT_APPROVAL": "automatic",
        "SLIPWAY_TRUSTED_MODULES": "",
    }


@pytest.fixture(scope="session")
def granted() -> dict[str, set[str]]:
    """What the template lets each function do, by the function's folder."""
    resources = cfn_yaml.load(str(REPOSITORY / "template.yaml"))["Resources"]
    functions = (r["Properties"] for r in resources.values() if r["Type"].endswith("::Function"))
    return {
        function["CodeUri"].removeprefix("functions/"): {
            action
            for policy in function["Policies"]
            for statement in _statements(policy, resources)
            for action in _items(statement["Action"])
        }
        for function in functions
    }


def _statements(policy: Mapping[str, Any], resources: Mapping[str, Any]) -> list[Any]:
    shared = resources.get(policy.get("Ref", ""))
    document = shared["Properties"]["PolicyDocument"] if shared else policy
    return list(document["Statement"])


def _items(value: Any) -> list[Any]:  # noqa: ANN401 - JSON
    return value if isinstance(value, list) else [value]


@pytest.fixture
def call(world: World, granted: dict[str, set[str]], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Call the handler in functions/<name> with an event; fails when the template does not let
    the function do what it did."""

    def calling(name: str, event: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
        function = _load(name)
        monkeypatch.setattr(function, "ports", lambda: world.ports)
        world.calls.clear()
        try:
            answer = function.handler(json.loads(json.dumps(event)), Context(f"slipway-{name}"))
        finally:
            assert world.calls <= granted[name]
        return json.loads(json.dumps(answer))

    return calling


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"{name}_app", f"functions/{name}/app.py")
    assert spec is not None
    assert spec.loader is not None
    function = importlib.util.module_from_spec(spec)
    # Byte-code beside the handler would be uploaded with it.
    kept, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(function)
    finally:
        sys.dont_write_bytecode = kept
    return function


@pytest.fixture
def advance(world: World, call: Call) -> Advance:
    """Go the way of the state machine until Decide names a step; its document."""
    steps = {
        "InspectArtifact": "inspect_artifact",
        "RegisterModel": "register_model",
        "DeployEndpoint": "deploy_endpoint",
        "ProbeEndpoint": "probe_endpoint",
        "BuildBaseline": "build_baseline",
        "WatchEndpoint": "watch_endpoint",
        "ScaleEndpoint": "scale_endpoint",
    }

    def advancing(until: str, execution: str = "release-1", wish: object = None) -> dict[str, Any]:
        world.executions.running.add(execution)
        asked = {"deployment": "housing", "wish": wish} if wish else {"deployment": "housing"}
        for _ in range(12):
            document: dict[str, Any] = call(
                "decide", {"deployment": "housing", "execution": execution, "input": asked}
            )
            if document["step"] == until:
                return document
            if document["step"] == "AwaitChange":
                world.sagemaker.pass_time(document["timeout"])
            else:
                call(steps[document["step"]], document)
        raise AssertionError(f"{until} was never owed")

    return advancing


@pytest.fixture
def example() -> Example:
    """An event of events/, by its file name."""
    return lambda name: json.loads((REPOSITORY / "events" / name).read_text())


@pytest.fixture
def queued() -> Queued:
    """Events as an SQS batch hands them to a function."""
    return lambda *events: {"Records": [_record(n, event) for n, event in enumerate(events)]}


def _record(number: int, event: Mapping[str, Any]) -> dict[str, Any]:
    """Source: "Using Lambda with Amazon SQS", the message event."""
    return {
        "messageId": f"059f36b4-87a3-44ab-83d2-66197500000{number}",
        "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
        "body": json.dumps(event),
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": "1545082649183",
            "SenderId": "AIDAIENQZJOLO23YVJ4VO",
            "ApproximateFirstReceiveTimestamp": "1545082649185",
        },
        "messageAttributes": {},
        "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:uploads",
        "awsRegion": REGION,
    }
