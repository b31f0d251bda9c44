"""Transform jobs as boto3 sees them."""

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from slipway_local.sagemaker import keeping
from slipway_local.sagemaker.account import Durations
from slipway_local.sagemaker.rehearsal import START, Rehearsal
from slipway_local.sagemaker.scripted import Script, constant
from slipway_local.sagemaker.serving import Container, Invocation, Reply

from tests.local.sagemaker.conftest import ROLE

Refused = Callable[[Callable[[], object]], tuple[str, str]]

PUBLISHED = (
    Path(__file__).parents[4]
    / "shared/data/events/sagemaker.SageMaker_Transform_Job_State_Change.3.json"
)
GROUP = "/aws/sagemaker/TransformJobs"
MODEL = "s3://models/one.tar.gz"
IN, OUT = "s3://data/in/", "s3://data/out"


def cloud_with(script: Script | None = None, **options: Any) -> Rehearsal:  # noqa: ANN401
    """A cloud with the model `one`, and two objects."""
    cloud = Rehearsal(scripts={MODEL: script or Script()}, **options)
    container = {"Image": "image", "ModelDataUrl": MODEL, "Environment": {"A": "1", "B": "1"}}
    cloud.control.create_model(
        ModelName="one",
        ExecutionRoleArn=ROLE,
        PrimaryContainer=container,  # type: ignore[arg-type]  # a plain dict
    )
    cloud.objects |= {f"{IN}a.csv": b"1,2\n3,4\n", f"{IN}x/b.csv": b"5,6\n"}
    return cloud


def transform(
    cloud: Rehearsal,
    name: str = "job",
    source: dict[str, Any] | None = None,
    output: dict[str, Any] | None = None,
    uri: str = IN,
    kind: str = "S3Prefix",
    **changes: Any,  # noqa: ANN401
) -> str:
    """Create a transform job, changed as asked; answer its ARN."""
    data = {"DataSource": {"S3DataSource": {"S3DataType": kind, "S3Uri": uri}}}
    usual: dict[str, Any] = {
        "TransformJobName": name,
        "ModelName": "one",
        "TransformInput": data | {"ContentType": "text/csv", "SplitType": "Line"} | (source or {}),
        "TransformOutput": {"S3OutputPath": OUT, "AssembleWith": "Line"} | (output or {}),
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
    }
    return cloud.control.create_transform_job(**usual | changes)["TransformJobArn"]


def described(cloud: Rehearsal, name: str = "job") -> Any:  # noqa: ANN401  boto3's own types
    return cloud.control.describe_transform_job(TransformJobName=name)


def ended(cloud: Rehearsal, name: str = "job") -> tuple[str, str]:
    cloud.pass_time(60)
    job = described(cloud, name)
    return job["TransformJobStatus"], job.get("FailureReason", "")


def outputs(cloud: Rehearsal) -> dict[str, bytes]:
    return {
        url.removeprefix(f"{OUT}/"): body
        for url, body in cloud.objects.items()
        if url.startswith(OUT)
    }


def data_log(cloud: Rehearsal) -> list[str]:
    """What it says, without the times."""
    [((group, stream), lines)] = cloud.logs.items()
    assert (group, stream.split("/")[0], stream.split("/")[-1]) == (GROUP, "job", "data-log")
    assert all(line.startswith("2023-11-14T22:1") for line in lines)
    return [line.partition(":[sagemaker logs]: ")[2] for line in lines]


def moment(second: float) -> datetime:
    return datetime.fromtimestamp(START + second, UTC)


def refusing(bad: bytes, status: int = 500) -> Script:
    """Fails where a request holds `bad`."""

    def answer(_: Container, invocation: Invocation) -> Reply:
        wrong = bad in invocation.body
        return Reply(status if wrong else 200, {}, b"no\nway" if wrong else invocation.body)

    return Script(answer=answer)


def test_every_object_is_transformed_and_keeps_its_name() -> None:
    cloud = cloud_with(Script(after=10))
    arn = transform(cloud, "Job-1")
    assert arn == "arn:aws:sagemaker:us-east-1:000000000000:transform-job/job-1"
    begun = described(cloud, "Job-1")
    assert (begun["TransformJobStatus"], "TransformStartTime" in begun) == ("InProgress", False)
    assert ended(cloud, "Job-1") == ("Completed", "")
    assert outputs(cloud) == {"a.csv.out": b"1,2\n3,4\n", "x/b.csv.out": b"5,6\n"}
    job = described(cloud, "Job-1")
    assert job["CreationTime"] == moment(0)
    assert job["TransformStartTime"] == job["TransformEndTime"] == moment(10)
    assert job["DataProcessing"] == {
        "InputFilter": "$", "OutputFilter": "$", "JoinSource": "None",
    }  # fmt: skip
    assert job["TransformInput"]["CompressionType"] == "None"
    assert job["TransformOutput"]["AssembleWith"] == "Line"
    assert all(server.stopped for server in cloud.launcher.launched)


def test_instances_take_their_time() -> None:
    cloud = cloud_with(durations=Durations(creating=120))
    transform(cloud)
    cloud.pass_time(119)
    assert "TransformStartTime" not in described(cloud)
    cloud.pass_time(1)
    assert described(cloud)["TransformStartTime"] == moment(120)


def test_a_container_has_the_environment_of_model_and_job() -> None:
    cloud = cloud_with()
    transform(cloud, Environment={"B": "2"}, MaxPayloadInMB=1, BatchStrategy="SingleRecord")
    [server] = cloud.launcher.launched
    assert server.container.environment == {
        "A": "1",
        "B": "2",
        "SAGEMAKER_BATCH": "true",
        "SAGEMAKER_MAX_PAYLOAD_IN_MB": "1",
        "SAGEMAKER_BATCH_STRATEGY": "SINGLE_RECORD",
    }
    assert server.container.memory == 8 * 1024**3


@pytest.mark.parametrize(("strategy", "bodies"), [("MultiRecord", 2), ("SingleRecord", 3)])
def test_records_are_sent_together_or_alone_and_answers_put_together(
    strategy: str, bodies: int
) -> None:
    cloud = cloud_with(Script(answer=constant(b"0.5")))
    transform(cloud, BatchStrategy=strategy, MaxConcurrentTransforms=2)
    assert ended(cloud) == ("Completed", "")
    assert b"".join(outputs(cloud).values()) == b"0.5\n" * bodies
    assert data_log(cloud) == [
        f"MaxConcurrentTransforms=2, MaxPayloadInMB=6, BatchStrategy={strategy[:-6].upper()}_RECORD"
    ]


def test_answers_keep_their_order_however_many_are_asked_at_a_time() -> None:
    cloud = cloud_with()
    lines = [f"{number},1\n".encode() for number in range(200)]
    cloud.objects[f"{IN}a.csv"] = b"".join(lines)
    transform(cloud, BatchStrategy="SingleRecord", MaxConcurrentTransforms=8)
    assert ended(cloud) == ("Completed", "")
    assert outputs(cloud)["a.csv.out"] == b"".join(lines)


def test_without_splitting_an_object_is_one_request_and_without_assembling_as_answered() -> None:
    cloud = cloud_with(Script(answer=constant(b"\x89PNG")))
    transform(cloud, source={"SplitType": "None"}, output={"AssembleWith": "None"})
    assert ended(cloud) == ("Completed", "")
    assert outputs(cloud) == {"a.csv.out": b"\x89PNG", "x/b.csv.out": b"\x89PNG"}


def test_inputs_may_be_compressed_and_named_by_a_manifest() -> None:
    cloud = cloud_with()
    cloud.objects |= {
        f"{IN}a.csv.gz": gzip.compress(b"7,8\n9,9\n"),
        "s3://data/manifest": json.dumps([{"prefix": IN}, "a.csv.gz"]).encode(),
    }
    gzipped = {"CompressionType": "Gzip"}
    transform(cloud, source=gzipped, uri="s3://data/manifest", kind="ManifestFile")
    assert ended(cloud) == ("Completed", "")
    assert outputs(cloud) == {"a.csv.gz.out": b"7,8\n9,9\n"}


def test_columns_are_filtered_and_joined() -> None:
    cloud = cloud_with(Script(answer=lambda _, sent: Reply(200, {}, sent.body)))
    transform(
        cloud,
        output={"Accept": "text/csv"},
        DataProcessing={"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[0,-1]"},
    )
    assert ended(cloud) == ("Completed", "")
    assert outputs(cloud)["a.csv.out"] == b"1,2\n3,4\n"


def test_one_object_that_fails_fails_the_job_and_the_others_are_there() -> None:
    cloud = cloud_with(refusing(b"3"))
    transform(cloud)
    assert ended(cloud) == ("Failed", "AlgorithmError: See job logs for more information")
    assert outputs(cloud) == {"x/b.csv.out": b"5,6\n"}
    assert data_log(cloud)[1:] == [
        "data/in/a.csv: Bad HTTP status received from algorithm: 500",
        "data/in/a.csv: ",
        "data/in/a.csv: Message:",
        "data/in/a.csv: no",
        "data/in/a.csv: way",
    ]


def test_an_object_that_fails_halfway_leaves_nothing() -> None:
    cloud = cloud_with(refusing(b"3", 400))
    transform(cloud, BatchStrategy="SingleRecord")
    assert ended(cloud) == ("Failed", "ClientError: See job logs for more information")
    assert outputs(cloud) == {"x/b.csv.out": b"5,6\n"}
    assert data_log(cloud)[1] == "data/in/a.csv: ClientError: 400"


@pytest.mark.parametrize(
    ("content", "changes", "line"),
    [
        (b"1" * (1024**2 + 1), {"MaxPayloadInMB": 1}, "Too much data for max payload size"),
        (b"1,2\n", {"source": {"CompressionType": "Gzip"}}, "Unable to read the object: Not a"),
        (
            b"1,2\n",
            {"DataProcessing": {"InputFilter": "$[2]"}},
            "Failed to apply InputFilter: [2] is beyond an array of 2",
        ),
    ],
)
def test_an_object_that_cannot_be_sent_fails(
    content: bytes, changes: dict[str, Any], line: str
) -> None:
    cloud = cloud_with()
    cloud.objects[f"{IN}a.csv"] = content
    transform(cloud, uri=f"{IN}a.csv", **changes)
    assert ended(cloud) == ("Failed", "ClientError: See job logs for more information")
    assert data_log(cloud)[1].startswith(f"data/in/a.csv: {line}")
    assert not outputs(cloud)


def test_an_object_of_a_manifest_that_is_not_there_fails() -> None:
    cloud = cloud_with()
    cloud.objects["s3://data/manifest"] = json.dumps([{"prefix": IN}, "none", "a.csv"]).encode()
    transform(cloud, uri="s3://data/manifest", kind="ManifestFile")
    assert ended(cloud)[0] == "Failed"
    assert outputs(cloud) == {"a.csv.out": b"1,2\n3,4\n"}


@pytest.mark.parametrize(
    ("uri", "why"), [("a.csv", "{}a.csv is no manifest"), ("a", "No object at {}a.")]
)
def test_a_manifest_that_is_none_fails_the_job(uri: str, why: str) -> None:
    cloud = cloud_with()
    transform(cloud, uri=f"{IN}{uri}", kind="ManifestFile")
    status, reason = ended(cloud)
    assert status == "Failed"
    assert reason.startswith(f"ClientError: {why.format(IN)}")


def test_a_container_that_does_not_come_up_fails_the_job() -> None:
    cloud = cloud_with(Script(after=5, failure="no model_fn"))
    transform(cloud)
    status, reason = ended(cloud)
    assert status == "Failed"
    assert reason.startswith("AlgorithmError: Model container failed to respond to ping.")
    assert "TransformStartTime" not in described(cloud)


def test_what_S3_does_not_take_fails_the_job(monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: N802
    cloud = cloud_with()

    def put(bucket: str, *_: object) -> None:
        raise OSError(f"no bucket {bucket}")

    monkeypatch.setattr(cloud.service.account, "put_object", put)
    transform(cloud)
    assert ended(cloud) == ("Failed", "ClientError: See job logs for more information")
    assert data_log(cloud)[1] == "data/in/a.csv: Unable to upload the output: no bucket data"


def test_a_pipeline_passes_answers_on() -> None:
    def grown(suffix: bytes) -> Script:
        return Script(answer=lambda _, sent: Reply(200, {}, sent.body.strip() + suffix))

    cloud = cloud_with()
    cloud.launcher.scripts = {"s3://m/1": grown(b"1"), "s3://m/2": grown(b"2")}
    chain: Any = [{"Image": "image", "ModelDataUrl": f"s3://m/{number}"} for number in (1, 2)]
    cloud.control.create_model(ModelName="two", ExecutionRoleArn=ROLE, Containers=chain)
    transform(cloud, ModelName="two", uri=f"{IN}x/")
    assert ended(cloud) == ("Completed", "")
    assert outputs(cloud) == {"b.csv.out": b"5,612\n"}


def test_a_stopped_job_leaves_nothing(refused: Refused) -> None:
    cloud = cloud_with(Script(after=100))
    transform(cloud)
    cloud.pass_time(10)
    stop = {"TransformJobName": "job"}
    cloud.control.stop_transform_job(**stop)
    assert [event["Detail"]["TransformJobStatus"] for event in cloud.events[-1:]] == ["Stopping"]
    assert ended(cloud) == ("Stopped", "")
    assert not outputs(cloud)
    assert all(server.stopped for server in cloud.launcher.launched)
    code, text = refused(lambda: cloud.control.stop_transform_job(**stop))
    assert (code, text.endswith("is in status Stopped.")) == ("ValidationException", True)


def test_a_job_that_is_stopped_at_work_leaves_nothing() -> None:
    works: list[Callable[[], None]] = []
    cloud = cloud_with(Script(answer=lambda *_: stop_and_answer(cloud)))
    cloud.service.account.background = works.append
    transform(cloud)
    cloud.pass_time(0)
    [work] = works
    work()
    assert ended(cloud) == ("Stopped", "")
    assert not outputs(cloud)


def stop_and_answer(cloud: Rehearsal) -> Reply:
    if described(cloud)["TransformJobStatus"] == "InProgress":
        cloud.control.stop_transform_job(TransformJobName="job")
    return Reply(200, {}, b"late")


def test_jobs_are_listed_by_name_status_and_time() -> None:
    cloud = cloud_with(refusing(b"1"))
    transform(cloud, "early")
    cloud.pass_time(0)
    cloud.pass_time(60)
    transform(cloud, "later", uri=f"{IN}x/")
    cloud.pass_time(1)

    def names(**wanted: Any) -> list[str]:  # noqa: ANN401
        found = cloud.control.list_transform_jobs(**wanted)["TransformJobSummaries"]
        return [job["TransformJobName"] for job in found]

    assert names() == ["later", "early"]
    assert names(SortBy="Name", SortOrder="Ascending") == ["early", "later"]
    assert names(StatusEquals="Failed") == ["early"]
    assert names(NameContains="ate") == ["later"]
    assert names(LastModifiedTimeAfter=moment(30)) == ["later"]
    assert not names(NameContains="x")


def test_names_are_taken_and_missed_in_SageMakers_words(refused: Refused) -> None:  # noqa: N802
    cloud = cloud_with()
    transform(cloud, "job")
    code, message = refused(lambda: transform(cloud, "JOB"))
    assert code == "ResourceInUse"
    assert message.startswith("Job name must be unique within an AWS account and region")
    code, message = refused(lambda: described(cloud, "none"))
    assert (code, message) == (
        "ValidationException", "Could not find requested job with name: none",
    )  # fmt: skip


def test_a_job_has_tags_and_every_status_is_told_in_the_published_shape() -> None:
    cloud = cloud_with(refusing(b"1"))
    arn = transform(cloud, Tags=[{"Key": "team", "Value": "risk"}], Environment={"E": "1"})
    assert cloud.control.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "risk"}]
    cloud.pass_time(1)
    subject = "SageMaker Transform Job State Change"
    events = [each for each in cloud.events if each["DetailType"] == subject]
    assert [each["Detail"]["TransformJobStatus"] for each in events] == ["InProgress", "Failed"]
    assert events[-1]["Resources"] == [arn]
    detail = events[-1]["Detail"]
    assert detail["CreationTime"] == "2023-11-14T22:13:20Z"
    assert all(each["Detail"]["Tags"] == {"team": "risk"} for each in events)
    if not PUBLISHED.exists():
        pytest.skip("the published event is not here")
    sample = json.loads(PUBLISHED.read_text())["detail"]
    asked = {"MaxConcurrentTransforms", "MaxPayloadInMB", "BatchStrategy"}
    assert set(detail) == set(sample) - asked | {"DataProcessing"}


def test_a_job_outlives_its_cloud_as_failed() -> None:
    cloud = cloud_with(Script(after=100))
    cloud.pass_time(1)
    transform(cloud, "done", uri=f"{IN}x/")
    cloud.pass_time(200)
    transform(cloud, "under-way")
    after = Rehearsal()
    keeping.restore(after.service.account, keeping.written(cloud.service.account))
    assert ended(after, "done") == ("Completed", "")
    assert ended(after, "under-way") == (
        "Failed", "InternalServerError: the embedded cloud ended while the job ran",
    )  # fmt: skip
