"""One deployment without AWS: the SageMaker adapters on a rehearsal, everything else in memory."""

import gzip
import io
import json
import struct
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import boto3
import pytest
from slipway.adapters.application_autoscaling import ApplicationAutoscaling
from slipway.adapters.sagemaker_endpoints import SageMakerEndpoints
from slipway.adapters.sagemaker_registry import SageMakerRegistry
from slipway.domain.desired import Approval, Policy, Runner
from slipway.domain.naming import Site
from slipway.domain.steps import Announce, name
from slipway.leaving import clean_up
from slipway.manifest import parse
from slipway.ports import Ports
from slipway.registering import inspect_artifact, register_model
from slipway.release import announce, decide_release, deploy_endpoint, probe_endpoint
from slipway.remedying import remedy
from slipway.running import run_batch
from slipway.scaling import scale_endpoint
from slipway.stepping import Task
from slipway.tasking import run_task
from slipway.watching import build_baseline, watch_endpoint
from slipway_drift import engine
from slipway_local.sagemaker.inprocess import connect
from slipway_local.sagemaker.rehearsal import Rehearsal

from tests.simulation.batches import MemoryBatches, MemoryTimers, MemoryTransforms
from tests.simulation.fakes import (
    MemoryAlarms,
    MemoryBucket,
    MemoryBus,
    MemoryChecks,
    MemoryLedger,
    MemoryLogs,
    MemoryMeasurements,
    MemoryMonitored,
    MemorySchedules,
    MemoryStarts,
    MemoryTraffic,
)
from tests.simulation.scheduler import Scheduler
from tests.simulation.tasks import MemoryFargate

SITE = Site("slipway", "bucket", "eu-west-1", "arn:aws:iam::123456789012:role/model")

Archive = Callable[[Mapping[str, bytes]], bytes]
Advance = Callable[..., Task]
Captured = Callable[..., bytes]

IMAGE = "image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/mine:1"
MONITORED = """
capture: {percentage: 100}
monitor: {thresholds: {comparison_threshold: 0.2, minimum_rows: 20}}
"""
# What a model of two features was trained on: its answer first, as captures have it.
DATA = b"prediction,x0,x1\n" + b"".join(b"%d,%d,%d\n" % (3 * i, i, i % 7) for i in range(100))

STEPS: Mapping[str, Callable[[Ports, Task], str]] = {
    "InspectArtifact": inspect_artifact,
    "RegisterModel": register_model,
    "DeployEndpoint": deploy_endpoint,
    "ProbeEndpoint": probe_endpoint,
    "BuildBaseline": lambda ports, task: build_baseline(ports, task, engine),
    "WatchEndpoint": watch_endpoint,
    "Remedy": remedy,
    "RunBatch": run_batch,
    "RunTask": run_task,
    "CleanUp": clean_up,
    "ScaleEndpoint": scale_endpoint,
    "Announce": announce,
}


@dataclass
class Executions:
    """Implements ports.Executions: what was started and woken, and who is said to run."""

    running: set[str] = field(default_factory=set)
    started: list[str] = field(default_factory=list)
    sleeping: set[str] = field(default_factory=set)

    def start(self, deployment: str, name: str) -> None:
        assert name.startswith(deployment)
        self.started.append(name)

    def is_running(self, execution: str) -> bool:
        return execution in self.running

    def wake(self, token: str) -> bool:
        slept = token in self.sleeping
        self.sleeping.discard(token)
        return slept


@dataclass
class Announcements:
    """Implements ports.Announcements: keeps what was told."""

    told: list[Announce] = field(default_factory=list)
    drifts: list[tuple[str, str, str]] = field(default_factory=list)

    def tell(self, deployment: str, announce: Announce) -> None:
        assert deployment
        self.told.append(announce)

    def tell_news(self, deployment: str, what: str, subject: str, message: str) -> None:
        assert what
        self.drifts.append((deployment, subject, message))


@dataclass
class House:
    """The ports, and what is behind them."""

    cloud: Rehearsal
    bucket: MemoryBucket
    executions: Executions
    announcements: Announcements
    schedules: Mapping[Runner, MemorySchedules]
    alarms: MemoryAlarms
    monitored: MemoryMonitored
    measurements: MemoryMeasurements
    bus: MemoryBus
    starts: MemoryStarts
    transforms: MemoryTransforms
    timers: MemoryTimers
    fargate: MemoryFargate
    ports: Ports


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    cloud = Rehearsal()
    session = boto3.Session(region_name=SITE.region)
    connect(session.events, cloud.service.handle)
    bucket, executions, announcements = (
        MemoryBucket(SITE.bucket, Scheduler()),
        Executions(),
        Announcements(),
    )
    schedules, alarms = {runner: MemorySchedules() for runner in Runner}, MemoryAlarms(cloud.clock)
    monitored, measurements, bus = MemoryMonitored(bucket), MemoryMeasurements(), MemoryBus()
    starts, batches, timers = MemoryStarts(), MemoryBatches(bucket), MemoryTimers()
    transforms, fargate = MemoryTransforms(batches), MemoryFargate()
    ports = Ports(
        site=SITE,
        ledger=MemoryLedger(),
        uploaded=bucket,
        registry=SageMakerRegistry(session),
        endpoints=SageMakerEndpoints(session),
        executions=executions,
        announcements=announcements,
        schedules=schedules,
        alarms=alarms,
        scalings=ApplicationAutoscaling(session),
        checks=MemoryChecks(),
        monitored=monitored,
        measurements=measurements,
        traffic=MemoryTraffic(),
        bus=bus,
        starts=starts,
        batches=batches,
        transforms=transforms,
        timers=timers,
        fargate=fargate,
        logs=MemoryLogs(),
        parse_manifest=lambda content: parse(content, Approval.AUTOMATIC),
        default_policy=Policy(),
        clock=cloud.clock,
    )
    return House(
        cloud,
        bucket,
        executions,
        announcements,
        schedules,
        alarms,
        monitored,
        measurements,
        bus,
        starts,
        transforms,
        timers,
        fargate,
        ports,
    )


@pytest.fixture
def advance(house: House) -> Advance:
    """Take step after step until Decide names one; its task. Waits let time pass."""

    def advancing(until: str, execution: str = "one") -> Task:
        for _ in range(20):
            found = decide_release(house.ports, "h", execution)
            task = Task("h", found.record.fence, execution)
            if name(found.step) == until:
                return task
            if name(found.step) == "AwaitChange":
                house.cloud.pass_time(600)
                for job in house.transforms.made:
                    house.transforms.finish(job)
                for started in [*house.fargate.tasks]:
                    house.fargate.finish(started)
            else:
                STEPS[name(found.step)](house.ports, task)
        raise AssertionError(f"{until} was never owed")

    return advancing


@pytest.fixture
def watched(house: House, archive: Archive, advance: Advance) -> House:
    """The house with a deployment `h` in it, released and watched."""
    house.bucket.upload("models/h/slipway.yaml", (IMAGE + MONITORED).encode())
    house.bucket.upload("models/h/baseline.csv", DATA)
    house.bucket.upload("models/h/model.tar.gz", archive({"weights.txt": b"0.5"}))
    announce(house.ports, advance("Announce"))
    return house


@pytest.fixture
def captured() -> Captured:
    """Write records of a capture file: of good requests, or of ones `factor` times as large."""

    def lines(rows: range, factor: int = 1) -> bytes:
        return b"".join(_record(3 * i * factor, f"{i * factor},{i % 7}") for i in rows)

    return lines


def _record(said: int, given: str) -> bytes:
    sides = {"endpointInput": given, "endpointOutput": str(said)}
    data = {
        side: {"observedContentType": "text/csv", "mode": "", "data": text, "encoding": "CSV"}
        for side, text in sides.items()
    }
    about = {"eventId": "e", "inferenceTime": "2026-01-01T00:00:00Z"}
    line = {"captureData": data, "eventMetadata": about, "eventVersion": "0"}
    return json.dumps(line).encode() + b"\n"


@pytest.fixture
def archive() -> Archive:
    """Packs members as a model.tar.gz."""

    def pack(members: Mapping[str, bytes]) -> bytes:
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as tar:
            for name, content in members.items():
                header = tarfile.TarInfo(name)
                header.size = len(content)
                tar.addfile(header, io.BytesIO(content))
        return gzip.compress(packed.getvalue())

    return pack


@pytest.fixture
def regression() -> bytes:
    """A pickled LinearRegression of 12 features, opcode by opcode: scikit-learn is not here."""

    def text(words: str) -> bytes:
        return b"X" + struct.pack("<I", len(words)) + words.encode()

    state = text("_sklearn_version") + text("1.4.2") + text("n_features_in_") + b"K\x0c"
    return b"\x80\x02csklearn.linear_model._base\nLinearRegression\n)\x81}(" + state + b"ub."
