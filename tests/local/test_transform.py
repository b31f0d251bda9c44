"""Transform jobs are really run, from S3 to S3: containers, outputs, logs."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import WaiterError

from tests.local.serving import IMAGE, ROLE, SCRIPTED, Eventually

if TYPE_CHECKING:
    from slipway_local.cloud import Cloud

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("cloud")]

GROUP = "/aws/sagemaker/TransformJobs"
RESOURCES = {"InstanceType": "ml.m5.large", "InstanceCount": 1}


def model(running: Cloud, name: str, *factors: str) -> None:
    """A model that multiplies by each of the factors, one container after the other."""
    chain = [
        {
            "Image": IMAGE,
            "ModelDataUrl": f"s3://serving/models/{factor}.tar.gz",
            "Environment": SCRIPTED,
        }
        for factor in factors
    ]
    running.client("sagemaker").create_model(
        ModelName=name, ExecutionRoleArn=ROLE, Containers=chain
    )


def transform(running: Cloud, name: str, **changes: Any) -> str:  # noqa: ANN401
    """Run a job of the model of its name over s3://serving/<name>/; why it failed."""
    client = running.client("sagemaker")
    data = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://serving/{name}/"}}
    source = {"DataSource": data, "ContentType": "text/csv", "SplitType": "Line"}
    output = {"S3OutputPath": "s3://serving/out", "AssembleWith": "Line", "Accept": "text/csv"}
    usual = {
        "TransformJobName": name,
        "ModelName": name,
        "TransformInput": source | changes.pop("source", {}),
        "TransformOutput": output,
        "TransformResources": RESOURCES,
    }
    client.create_transform_job(**usual | changes)
    try:
        waiter = client.get_waiter("transform_job_completed_or_stopped")
        waiter.wait(TransformJobName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    except WaiterError as error:
        reason: str = error.last_response["FailureReason"]
        return reason
    return ""


def put(running: Cloud, key: str, body: bytes) -> None:
    running.client("s3").put_object(Bucket="serving", Key=key, Body=body)


def got(running: Cloud, key: str) -> bytes:
    body: bytes = running.client("s3").get_object(Bucket="serving", Key=key)["Body"].read()
    return body


def streams(running: Cloud, name: str) -> dict[str, list[str]]:
    """What was logged, by what comes after the instance in the stream's name."""
    logs = running.client("logs")
    named = {"logGroupName": GROUP}
    found = logs.describe_log_streams(**named, logStreamNamePrefix=f"{name}/i-")["logStreams"]
    told = {}
    for stream in found:
        place = stream["logStreamName"]
        events = logs.get_log_events(**named, logStreamName=place, startFromHead=True)["events"]
        told["/".join(place.split("/")[2:])] = [event["message"] for event in events]
    return told


def test_rows_are_sent_without_their_id_and_come_back_with_it(
    running: Cloud, eventually: Eventually
) -> None:
    model(running, "batch", "two")
    rows = b"".join(b"id-%d,%d,1\n" % (number, number) for number in range(500))
    put(running, "batch/rows.csv.gz", gzip.compress(rows))
    put(running, "batch/deep/er.csv", gzip.compress(b'"a, b",1,2\nc,3,4'))
    assert not transform(
        running,
        "batch",
        source={"CompressionType": "Gzip"},
        DataProcessing={"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[0,-2:]"},
        BatchStrategy="MultiRecord",
        MaxPayloadInMB=1,
        MaxConcurrentTransforms=2,
    )
    doubled = b"".join(b"id-%d,%.1f,2.0\n" % (number, 2 * number) for number in range(500))
    assert got(running, "out/rows.csv.gz.out") == doubled
    assert got(running, "out/deep/er.csv.out") == b'"a, b",2.0,4.0\nc,6.0,8.0\n'
    said = eventually(lambda: (found := streams(running, "batch")).get("") and found)
    assert any("POST /invocations 200" in line for line in said[""])
    [line] = said["data-log"]
    assert line.endswith("MaxConcurrentTransforms=2, MaxPayloadInMB=1, BatchStrategy=MULTI_RECORD")


def test_one_bad_object_fails_the_job_of_a_pipeline_and_the_good_one_is_there(
    running: Cloud, eventually: Eventually
) -> None:
    model(running, "chained", "two", "two")
    put(running, "chained/good.csv", b"1,2\n3,4\n")
    put(running, "chained/bad.csv", b"1,2\nthree,4\n")
    retries = {"InvocationsMaxRetries": 1, "InvocationsTimeoutInSeconds": 60}
    reason = transform(running, "chained", ModelClientConfig=retries)
    assert reason == "AlgorithmError: See job logs for more information"
    assert got(running, "out/good.csv.out") == b"4.0,8.0\n12.0,16.0\n"
    listed = running.client("s3").list_objects_v2(Bucket="serving", Prefix="out/bad")
    assert not listed["KeyCount"]
    said = eventually(lambda: (found := streams(running, "chained")).get("container-1") and found)
    bad = "serving/chained/bad.csv: Bad HTTP status received from algorithm: 500"
    assert [line for line in said["data-log"] if line.endswith(bad)]
    assert sum("POST /invocations 500" in line for line in said["container-1"]) == 2
