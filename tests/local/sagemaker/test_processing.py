"""Processing jobs as boto3 sees them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from slipway_local.sagemaker.jobs import Ending, Sink, Source
from slipway_local.sagemaker.rehearsal import START, Rehearsal
from slipway_local.sagemaker.scripted import JobScript

Process = Callable[..., str]
Refused = Callable[[Callable[[], object]], tuple[str, str]]

PUBLISHED = (
    Path(__file__).parents[4]
    / "shared/data/events/sagemaker.SageMaker_Processing_Job_State_Change.json"
)
ANALYZER = "sagemaker-model-monitor-analyzer"
INPUT = {
    "InputName": "data",
    "S3Input": {
        "S3Uri": "s3://b/data",
        "LocalPath": "/opt/ml/processing/input/data",
        "S3DataType": "ManifestFile",
        "S3InputMode": "File",
        "S3DataDistributionType": "FullyReplicated",
    },
}
OUTPUT = {
    "OutputName": "out",
    "S3Output": {
        "S3Uri": "s3://b/out",
        "LocalPath": "/opt/ml/processing/output",
        "S3UploadMode": "EndOfJob",
    },
}
MOVED: dict[str, Any] = {
    "ProcessingInputs": [INPUT],
    "ProcessingOutputConfig": {"Outputs": [OUTPUT]},
}


def scripted(ending: Ending, *, before: float = 10, after: float = 20) -> Rehearsal:
    return Rehearsal(jobs={ANALYZER: JobScript(ending, before, after)})


def moment(second: float) -> datetime:
    return datetime.fromtimestamp(START + second, UTC)


def described(cloud: Rehearsal, name: str = "job") -> Any:  # noqa: ANN401  boto3's own types
    return cloud.control.describe_processing_job(ProcessingJobName=name)


def test_a_job_runs_and_says_how_it_ended(process: Process) -> None:
    cloud = scripted(Ending(0, "Completed: all is well"))
    arn = process(cloud, "Job-1", Environment={"a": "1"}, **MOVED)
    assert arn == "arn:aws:sagemaker:us-east-1:000000000000:processing-job/job-1"
    begun = described(cloud, "Job-1")
    assert (begun["ProcessingJobStatus"], "ProcessingStartTime" in begun) == ("InProgress", False)
    cloud.pass_time(60)
    ended = described(cloud, "Job-1")
    assert ended["ProcessingJobStatus"] == "Completed"
    assert ended["ExitMessage"] == "Completed: all is well"
    assert "FailureReason" not in ended
    assert ended["CreationTime"] == moment(0)
    assert ended["ProcessingStartTime"] == moment(10)
    assert ended["ProcessingEndTime"] == ended["LastModifiedTime"] == moment(30)
    assert ended["ProcessingInputs"] == [INPUT]
    assert ended["StoppingCondition"] == {"MaxRuntimeInSeconds": 86400}


def test_what_runs_is_what_was_asked_for(process: Process) -> None:
    cloud = Rehearsal()
    specification = {
        "ImageUri": ANALYZER,
        "ContainerEntrypoint": ["python3", "x.py"],
        "ContainerArguments": ["--fast"],
    }
    process(cloud, AppSpecification=specification, Environment={"a": "1"}, **MOVED)
    [run] = cloud.runner.runs
    assert run.job.command == ["python3", "x.py", "--fast"]
    assert run.job.environment == {"a": "1"}
    assert run.job.sources == [
        Source("s3://b/data", "/opt/ml/processing/input/data", manifest=True)
    ]
    assert run.job.sinks == [Sink("s3://b/out", "/opt/ml/processing/output")]
    assert run.job.config["ProcessingJobArn"].endswith("/job")


@pytest.mark.parametrize(
    ("ending", "reason", "message"),
    [
        (Ending(255, "'dataset_source'"), "AlgorithmError: 'dataset_source', exit code: 255", True),
        (Ending(failure="ClientError: no image"), "ClientError: no image", False),
    ],
)
def test_a_job_that_fails_says_why(
    process: Process, ending: Ending, reason: str, message: bool
) -> None:
    cloud = scripted(ending)
    process(cloud)
    cloud.pass_time(60)
    failed = described(cloud)
    assert (failed["ProcessingJobStatus"], failed["FailureReason"]) == ("Failed", reason)
    assert ("ExitMessage" in failed) == message


def test_a_stopped_job_stops_once(process: Process, refused: Refused) -> None:
    cloud = scripted(Ending(), after=100)
    process(cloud)
    cloud.pass_time(20)
    stop = {"ProcessingJobName": "job"}
    cloud.control.stop_processing_job(**stop)
    assert cloud.runner.runs[0].stopped
    assert described(cloud)["ProcessingJobStatus"] == "Stopped"
    code, text = refused(lambda: cloud.control.stop_processing_job(**stop))
    assert (code, text.endswith("is in status Stopped.")) == ("ValidationException", True)


def test_a_job_has_no_more_than_its_time(process: Process) -> None:
    cloud = scripted(Ending(), before=5, after=1000)
    process(cloud, StoppingCondition={"MaxRuntimeInSeconds": 60})
    cloud.pass_time(64)
    assert described(cloud)["ProcessingJobStatus"] == "InProgress"
    cloud.pass_time(2)
    stopped = described(cloud)
    assert (stopped["ProcessingJobStatus"], stopped["ProcessingEndTime"]) == ("Stopped", moment(66))


def test_jobs_are_listed_by_name_and_status(process: Process) -> None:
    cloud = scripted(Ending(1, "oh"))
    process(cloud, "early")
    cloud.pass_time(60)
    process(cloud, "later")
    jobs = cloud.control.list_processing_jobs(SortBy="Status")["ProcessingJobSummaries"]
    assert [job["ProcessingJobName"] for job in jobs] == ["later", "early"]
    [failed] = cloud.control.list_processing_jobs(StatusEquals="Failed")["ProcessingJobSummaries"]
    assert failed["FailureReason"] == "AlgorithmError: oh, exit code: 1"
    assert failed["ProcessingEndTime"] == moment(30)
    assert not cloud.control.list_processing_jobs(NameContains="x")["ProcessingJobSummaries"]


def test_names_are_taken_and_missed_in_SageMakers_words(  # noqa: N802
    cloud: Rehearsal, process: Process, refused: Refused
) -> None:
    process(cloud, "job")
    code, message = refused(lambda: process(cloud, "JOB"))
    assert code == "ResourceInUse"
    assert message.startswith("Job name must be unique within an AWS account and region")
    code, message = refused(lambda: described(cloud, "none"))
    assert (code, message) == (
        "ValidationException", "Could not find requested job with name: none",
    )  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        {"ProcessingInputs": [{"InputName": "data"}]},
        {"ProcessingInputs": [{**INPUT, "S3Input": {**INPUT["S3Input"], "S3InputMode": "Pipe"}}]},  # type: ignore[dict-item]
        {"ProcessingOutputConfig": {"Outputs": [{"OutputName": "out"}]}},
        {"ProcessingResources": {"ClusterConfig": {"VolumeSizeInGB": 1}}},
    ],
)
def test_what_is_not_modelled_is_refused(
    cloud: Rehearsal, process: Process, refused: Refused, changes: dict[str, Any]
) -> None:
    code, message = refused(lambda: process(cloud, **changes))
    assert code == "ValidationException"
    assert "here" in message
    assert not cloud.runner.runs


def test_a_job_has_tags(cloud: Rehearsal, process: Process) -> None:
    arn = process(cloud, Tags=[{"Key": "team", "Value": "risk"}])
    assert cloud.control.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "risk"}]


def test_every_status_is_told_in_the_published_shape(process: Process) -> None:
    cloud = scripted(Ending(1, "oh"))
    process(cloud, Environment={"secret": "1"}, **MOVED)
    cloud.pass_time(60)
    subject = "SageMaker Processing Job State Change"
    begun, ended = [each["Detail"] for each in cloud.events if each["DetailType"] == subject]
    assert begun["ProcessingJobStatus"] == "InProgress"
    assert ended["ProcessingInputs"][0]["S3Input"]["S3DataType"] == "MANIFEST_FILE"
    assert ended["ProcessingInputs"][0]["S3Input"]["S3DataDistributionType"] == "FULLYREPLICATED"
    assert ended["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3UploadMode"] == "END_OF_JOB"
    assert ended["ProcessingEndTime"] == round((START + 30) * 1000)
    assert ended["FailureReason"] == "AlgorithmError: oh, exit code: 1"
    if not PUBLISHED.exists():
        pytest.skip("the published event is not here")
    sample = json.loads(PUBLISHED.read_text())["detail"]
    assert set(ended) == set(sample) - {"NetworkConfig"}


def test_a_jobs_metrics_reach_CloudWatch(process: Process) -> None:  # noqa: N802
    dimensions = [{"Name": "Endpoint", "Value": "Live"}]
    datum = {"MetricName": "feature_non_null_age", "Value": 7.0, "Dimensions": dimensions}
    cloud = scripted(Ending(metrics=[datum, {"MetricName": "no value"}]))
    process(cloud)
    cloud.pass_time(60)
    [metric] = cloud.metrics
    assert (metric.name, metric.value, metric.dimensions) == (
        "feature_non_null_age", 7.0, {"Endpoint": "Live"},
    )  # fmt: skip
