"""One deployment without AWS: the SageMaker adapters on a rehearsal, everything else in memory."""

import gzip
import io
import struct
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import boto3
import pytest
from slipway.adapters.sagemaker_endpoints import SageMakerEndpoints
from slipway.adapters.sagemaker_registry import SageMakerRegistry
from slipway.domain.desired import Approval, Policy
from slipway.domain.naming import Site
from slipway.domain.steps import Announce
from slipway.manifest import parse
from slipway.ports import Ports
from slipway_local.sagemaker.inprocess import connect
from slipway_local.sagemaker.rehearsal import Rehearsal

from tests.simulation.fakes import MemoryBucket, MemoryLedger
from tests.simulation.scheduler import Scheduler

SITE = Site("slipway", "bucket", "eu-west-1", "arn:aws:iam::123456789012:role/model")

Archive = Callable[[Mapping[str, bytes]], bytes]


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

    def tell(self, deployment: str, announce: Announce) -> None:
        assert deployment
        self.told.append(announce)


@dataclass
class House:
    """The ports, and what is behind them."""

    cloud: Rehearsal
    bucket: MemoryBucket
    executions: Executions
    announcements: Announcements
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
    ports = Ports(
        site=SITE,
        ledger=MemoryLedger(),
        uploaded=bucket,
        registry=SageMakerRegistry(session),
        endpoints=SageMakerEndpoints(session),
        executions=executions,
        announcements=announcements,
        parse_manifest=lambda content: parse(content, Approval.AUTOMATIC),
        default_policy=Policy(),
        clock=cloud.clock,
    )
    return House(cloud, bucket, executions, announcements, ports)


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
