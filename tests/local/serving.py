"""A cloud in which models are really served, for all tests that want one."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from slipway_local import cloud

from tests.local.roles import assumable

if TYPE_CHECKING:
    from slipway_local.cloud import Cloud

Eventually = Callable[..., Any]

IMAGES = Path(__file__).parents[2] / ".slipway" / "images"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
ROLE = "arn:aws:iam::000000000000:role/serving"
SCRIPTED = {
    "SAGEMAKER_PROGRAM": "inference.py",
    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
}
SCRIPT = """
def model_fn(folder): return open(folder + "/factor").read()
def predict_fn(data, model): return data * float(model)
"""


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """A cloud, a minute of which takes a bit more than a second, with a bucket that tells."""
    with started(tmp_path_factory.mktemp("serving"), time_scale=0.02) as found:
        _prepare(found)
        yield found


@contextmanager
def started(folder: Path, *, time_scale: float) -> Iterator[Cloud]:
    """A cloud in the folder, with the environments that all tests share."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    (folder / "models").mkdir()
    (folder / "models" / "images").symlink_to(IMAGES)
    try:
        yield cloud.start(folder / "state", time_scale=time_scale, models=folder / "models")
    finally:
        cloud.stop(folder / "state")


def _prepare(running: Cloud) -> None:
    assert assumable(running, "serving") == ROLE
    s3 = running.client("s3")
    s3.create_bucket(Bucket="serving")
    s3.put_bucket_notification_configuration(
        Bucket="serving", NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    for name, factor in (("one", b"1"), ("two", b"2")):
        archive = pack({"factor": factor, "code/inference.py": SCRIPT.encode()})
        s3.put_object(Bucket="serving", Key=f"models/{name}.tar.gz", Body=archive)
    queue = running.client("sqs").create_queue(QueueName="seen")["QueueUrl"]
    arn = running.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    events = running.client("events")
    events.put_rule(Name="captured", EventPattern='{"source": ["aws.s3"]}')
    target = {"Id": "seen", "Arn": arn["Attributes"]["QueueArn"]}
    events.put_targets(Rule="captured", Targets=[target])


def pack(files: Mapping[str, bytes]) -> bytes:
    """A model.tar.gz of the files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def serve(running: Cloud, name: str, eventually: Eventually, url: str, **config: object) -> None:
    """Bring the endpoint `name` into service with the model data at `url`."""
    client = running.client("sagemaker")
    mode = "MultiModel" if url.endswith("/") else "SingleModel"
    container = {"Image": IMAGE, "ModelDataUrl": url, "Environment": SCRIPTED, "Mode": mode}
    client.create_model(ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer=container)
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": name,
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": 1,
    }
    client.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant], **config)
    client.create_endpoint(EndpointName=name, EndpointConfigName=name)
    describe = client.describe_endpoint
    ends = ("InService", "Failed")
    eventually(lambda: describe(EndpointName=name)["EndpointStatus"] in ends, 60)
    assert describe(EndpointName=name)["EndpointStatus"] == "InService"
