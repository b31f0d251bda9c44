import time
from dataclasses import replace

import boto3
import pytest
from slipway.adapters.sagemaker_transforms import LOGS, SageMakerTransforms
from slipway.batch_ports import TransformJob
from slipway.domain.batch import BatchTarget, JobStatus, Split, Strategy, Transform
from slipway.domain.errors import Refused
from slipway_local.sagemaker.rehearsal import Rehearsal
from slipway_local.sagemaker.scripted import Script, constant

IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/x:1"
ROWS = Transform(content_type="text/csv", split=Split.LINE, assemble=Split.LINE)
JOB = TransformJob("slipway-h-1", "m", "s3://b/in/", "s3://b/out/", BatchTarget(), ROWS)


@pytest.fixture
def transforms(sagemaker: boto3.Session, cloud: Rehearsal) -> SageMakerTransforms:
    cloud.control.create_model(
        ModelName="m",
        ExecutionRoleArn="arn:aws:iam::123456789012:role/model",
        PrimaryContainer={"Image": IMAGE},
    )
    cloud.objects["s3://b/in/a.csv"] = b"1,2\n3,4\n"
    return SageMakerTransforms(sagemaker)


def test_a_job_that_nobody_made_is_none(transforms: SageMakerTransforms) -> None:
    assert transforms.find("slipway-h-1") is None


def test_a_job_is_made_once_and_comes_to_its_end(
    transforms: SageMakerTransforms, cloud: Rehearsal
) -> None:
    transforms.create(JOB)
    transforms.create(JOB)
    begun = transforms.find(JOB.name)
    assert begun is not None
    assert (begun.status, begun.is_over) == (JobStatus.IN_PROGRESS, False)
    cloud.pass_time(600)
    ended = transforms.find(JOB.name)
    assert ended is not None
    assert (ended.status, ended.failure, ended.ended > 0) == (JobStatus.COMPLETED, "", True)
    assert (begun.seconds, ended.began > 0) == (0.0, True)
    assert ended.seconds == ended.ended - ended.began


def test_a_failed_job_says_why(transforms: SageMakerTransforms, cloud: Rehearsal) -> None:
    cloud.launcher.scripts = {IMAGE: Script(answer=constant(b"no", status=500))}
    transforms.create(JOB)
    cloud.pass_time(600)
    failed = transforms.find(JOB.name)
    assert failed is not None
    assert (failed.status, failed.is_transient) == (JobStatus.FAILED, False)
    assert failed.failure.startswith("AlgorithmError")


def test_a_job_is_stopped_once(transforms: SageMakerTransforms, cloud: Rehearsal) -> None:
    transforms.create(JOB)
    transforms.stop(JOB.name)
    transforms.stop(JOB.name)
    cloud.pass_time(600)
    stopped = transforms.find(JOB.name)
    assert stopped is not None
    assert stopped.status == JobStatus.STOPPED


def test_what_sagemaker_does_not_take_is_refused(transforms: SageMakerTransforms) -> None:
    with pytest.raises(Refused, match="No S3 objects found"):
        transforms.create(replace(JOB, input="s3://b/nothing/"))


def test_every_setting_is_told_under_its_own_name(
    transforms: SageMakerTransforms, cloud: Rehearsal
) -> None:
    given = Transform(
        "text/csv",
        "text/csv",
        Split.LINE,
        Strategy.SINGLE_RECORD,
        Split.LINE,
        max_payload_mb=2,
        max_concurrent=3,
        input_filter="$[1:]",
        join="Input",
        output_filter="$[0,-1]",
        timeout=30,
        retries=1,
    )
    cloud.objects["s3://b/list.manifest"] = b'[{"prefix": "s3://b/in/"}, "a.csv"]'
    job = replace(JOB, input="s3://b/list.manifest", transform=given)
    transforms.create(replace(job, target=BatchTarget("ml.c5.xlarge", 2)))
    found = cloud.control.describe_transform_job(TransformJobName=JOB.name)
    source = {"S3DataType": "ManifestFile", "S3Uri": "s3://b/list.manifest"}
    assert found["TransformInput"]["DataSource"] == {"S3DataSource": source}
    assert found["TransformInput"]["SplitType"] == "Line"
    assert (found["BatchStrategy"], found["MaxPayloadInMB"]) == ("SingleRecord", 2)
    assert found["MaxConcurrentTransforms"] == 3
    client = {"InvocationsTimeoutInSeconds": 30, "InvocationsMaxRetries": 1}
    assert found["ModelClientConfig"] == client
    data = {"InputFilter": "$[1:]", "OutputFilter": "$[0,-1]", "JoinSource": "Input"}
    assert found["DataProcessing"] == data
    assert found["TransformResources"]["InstanceCount"] == 2


def test_the_logs_say_of_each_object_why_it_failed(aws: boto3.Session) -> None:
    logs, stream = aws.client("logs"), "slipway-h-1/i-1/data-log"
    logs.create_log_group(logGroupName=LOGS)
    for name in (stream, "slipway-h-1/i-1"):
        logs.create_log_stream(logGroupName=LOGS, logStreamName=name)
    at = "2026-11-27T23:49:44.365:[sagemaker logs]: "
    lines = [
        f"{at}MaxConcurrentTransforms=1, MaxPayloadInMB=6, BatchStrategy=MULTI_RECORD",
        f"{at}b/in/two words.csv: Bad HTTP status received from algorithm: 500",
        f"{at}b/in/two words.csv: ",
        f"{at}b/in/two words.csv: Message:",
        f"{at}b/in/two words.csv: row 2: 'two' is no number",
    ]
    now = int(time.time() * 1000)  # what is older than two weeks is not taken
    for name, said in ((stream, lines), ("slipway-h-1/i-1", ["POST /invocations 500"])):
        logs.put_log_events(
            logGroupName=LOGS,
            logStreamName=name,
            logEvents=[{"timestamp": now, "message": line} for line in said],
        )
    assert SageMakerTransforms(aws).told("slipway-h-1") == [
        "two words.csv: Bad HTTP status received from algorithm: 500 row 2: 'two' is no number"
    ]


def test_without_logs_nothing_is_said(aws: boto3.Session) -> None:
    assert SageMakerTransforms(aws).told("slipway-h-1") == []
