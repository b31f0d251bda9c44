from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest
from slipway.adapters.s3_hosted import S3Hosted
from slipway.domain.desired import EndpointTarget
from slipway.domain.footprint import Footprint
from slipway.domain.plan.endpoint import Plan, Variant
from slipway.domain.plan.model import Container, Model
from slipway.domain.world import EndpointStatus
from slipway.ports import Reply, Request

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET = "bucket"
PINNED = "artifacts/many/models/eu/sha256/ab/model.tar.gz"
NAME = "slipway-many/eu"
FIRST, SECOND = "many/eu@one.tar.gz", "many/eu@two.tar.gz"


@dataclass
class Hosts:
    """Whom the endpoint was asked for."""

    asked: list[tuple[str, str]] = field(default_factory=list)

    def invoke(self, name: str, request: Request, variant: str, model: str) -> Reply:
        del request, variant
        self.asked.append((name, model))
        return Reply(200, "text/csv", b"1")


def plan(config: str) -> Plan:
    container = Container("image", f"s3://{BUCKET}/{PINNED}", {})
    model = Model("m", "key", (container,), network_isolation=True)
    variant = Variant("AllTraffic", 1.0, EndpointTarget(), model)
    return Plan(NAME, "group", config, (variant,), 0, "s3://b/capture", "role")


@pytest.fixture(autouse=True)
def pinned(s3: "S3Client") -> None:
    s3.put_object(Bucket=BUCKET, Key=PINNED, Body=b"bytes")


@pytest.fixture
def hosts() -> Hosts:
    return Hosts()


@pytest.fixture
def hosted(aws: boto3.Session, hosts: Hosts) -> S3Hosted:
    times = iter((1.5, 2.5, 3.5))
    return S3Hosted(aws, BUCKET, "slipway", cast("Any", hosts), lambda: next(times))


def keys(s3: "S3Client", prefix: str) -> list[str]:
    found = s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
    return [each["Key"].removeprefix(prefix) for each in found]


def test_a_model_that_was_never_loaded_is_none(hosted: S3Hosted) -> None:
    assert hosted.describe(NAME) is None
    assert (hosted.has_config(FIRST), hosted.missing(FIRST)) == (False, "model")


def test_what_is_prepared_can_be_loaded_and_is_not_current_yet(
    hosted: S3Hosted, s3: "S3Client"
) -> None:
    hosted.prepare(plan(FIRST), {})
    hosted.prepare(plan(FIRST), {})
    assert keys(s3, "artifacts/many/loadable/") == ["eu@one.tar.gz"]
    assert (hosted.has_config(FIRST), hosted.missing(FIRST)) == (True, "")
    assert hosted.describe(NAME) is None


def test_the_current_version_is_asked_by_its_own_name(hosted: S3Hosted, hosts: Hosts) -> None:
    for config in (FIRST, SECOND):
        hosted.prepare(plan(config), {})
    hosted.create(NAME, FIRST)
    live = hosted.describe(NAME)
    assert live is not None
    assert (live.status, live.config, live.modified_at) == (EndpointStatus.IN_SERVICE, FIRST, 1.5)
    hosted.update(NAME, SECOND)
    hosted.invoke(NAME, Request(b"1", "text/csv"))
    assert hosts.asked == [("slipway-many", "eu@two.tar.gz")]


def test_the_plain_name_is_a_copy_of_the_current_version(hosted: S3Hosted, s3: "S3Client") -> None:
    hosted.prepare(plan(FIRST), {})
    hosted.create(NAME, FIRST)
    assert keys(s3, "artifacts/many/loadable/") == ["eu.tar.gz", "eu@one.tar.gz"]


def test_what_is_deleted_leaves_nothing_that_can_be_loaded(
    hosted: S3Hosted, s3: "S3Client"
) -> None:
    hosted.prepare(plan(FIRST), {})
    hosted.create(NAME, FIRST)
    for _ in range(2):
        hosted.delete(NAME)
        hosted.discard(Footprint(FIRST, ()))
    assert hosted.describe(NAME) is None
    assert keys(s3, "artifacts/many/loadable/") == []
    assert keys(s3, "artifacts/many/current/") == []
