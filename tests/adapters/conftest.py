"""Sessions that end on this machine: moto's S3, DynamoDB, SNS and SQS, and our SageMaker."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws
from slipway_local.sagemaker.account import Durations
from slipway_local.sagemaker.inprocess import connect
from slipway_local.sagemaker.rehearsal import Rehearsal

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

REGION, BUCKET = "eu-west-1", "bucket"


@pytest.fixture
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)


@pytest.fixture
def aws(_credentials: None) -> Iterator[boto3.Session]:
    """A session on moto."""
    with mock_aws():
        yield boto3.Session(region_name=REGION)


@pytest.fixture
def s3(aws: boto3.Session) -> "S3Client":
    """S3 on moto, with one versioned bucket."""
    client = aws.client("s3")
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return client


@pytest.fixture
def cloud() -> Rehearsal:
    return Rehearsal(durations=Durations(creating=60, updating=60, deleting=10, config_visible=5))


@pytest.fixture
def sagemaker(_credentials: None, cloud: Rehearsal) -> boto3.Session:
    """A session whose SageMaker is `cloud`."""
    session = boto3.Session(region_name=REGION)
    connect(session.events, cloud.service.handle)
    return session
