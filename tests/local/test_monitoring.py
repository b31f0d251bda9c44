"""An endpoint is really monitored: captures, baseline, schedule, violations, events, metrics."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.roles import assumable
from tests.local.serving import IMAGE, SCRIPTED, pack, started

if TYPE_CHECKING:
    from slipway_local.cloud import Cloud

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("cloud")]

Eventually = Callable[..., Any]

ANALYZER = "156813124566.dkr.ecr.us-east-1.amazonaws.com/sagemaker-model-monitor-analyzer"
ROLE = "arn:aws:iam::000000000000:role/monitoring"
CLUSTER = {"InstanceCount": 1, "InstanceType": "ml.m5.xlarge", "VolumeSizeInGB": 20}
BUCKET = "monitored"
SCRIPT = """
def model_fn(folder): return None
def transform_fn(model, body, kind, accept): return str(float(body) * 2), "text/csv"
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """A cloud, an hour of which takes 18 seconds."""
    with started(tmp_path_factory.mktemp("monitoring"), time_scale=0.005) as found:
        assert assumable(found, "monitoring") == ROLE
        yield found


def serve(running: Cloud, eventually: Eventually) -> None:
    """Bring the endpoint `live` into service; what it answers is twice what it is asked."""
    s3, client = running.client("s3"), running.client("sagemaker")
    s3.create_bucket(Bucket=BUCKET)
    archive = pack({"code/inference.py": SCRIPT.encode()})
    s3.put_object(Bucket=BUCKET, Key="model.tar.gz", Body=archive)
    url = f"s3://{BUCKET}/model.tar.gz"
    container = {"Image": IMAGE, "ModelDataUrl": url, "Environment": SCRIPTED}
    client.create_model(ModelName="live", ExecutionRoleArn=ROLE, PrimaryContainer=container)
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": "live",
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": 1,
    }
    capture = {
        "EnableCapture": True,
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": f"s3://{BUCKET}/captured",
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"]},
    }
    client.create_endpoint_config(
        EndpointConfigName="live", ProductionVariants=[variant], DataCaptureConfig=capture
    )
    client.create_endpoint(EndpointName="live", EndpointConfigName="live")

    def status() -> str:
        return str(client.describe_endpoint(EndpointName="live")["EndpointStatus"])

    assert eventually(lambda: (found := status()) != "Creating" and found, 300) == "InService"


def captured(running: Cloud) -> int:
    """How many requests are in S3."""
    s3 = running.client("s3")
    found = s3.list_objects_v2(Bucket=BUCKET, Prefix="captured/live/AllTraffic/")
    keys = [each["Key"] for each in found.get("Contents", ())]
    bodies = (s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys)
    return sum(body.count(b"\n") for body in bodies)


def ended(running: Cloud, name: str, eventually: Eventually) -> Any:  # noqa: ANN401 - boto3's
    """A processing job once it has ended; its environment may have to be made first."""
    describe = running.client("sagemaker").describe_processing_job

    def look() -> Any:  # noqa: ANN401 - boto3's own types
        found = describe(ProcessingJobName=name)
        return found if found["ProcessingJobStatus"] != "InProgress" else None

    return eventually(look, 300)


def suggest_baseline(running: Cloud) -> None:
    rows = "".join(f"{2 * number / 7},{number / 7}\n" for number in range(1, 200))
    body = f"answer,question\n{rows}".encode()
    running.client("s3").put_object(Bucket=BUCKET, Key="train/train.csv", Body=body)
    source = {
        "S3Uri": f"s3://{BUCKET}/train/",
        "LocalPath": "/opt/ml/processing/input/train",
        "S3DataType": "S3Prefix",
        "S3InputMode": "File",
    }
    target = {
        "S3Uri": f"s3://{BUCKET}/baseline",
        "LocalPath": "/opt/ml/processing/output",
        "S3UploadMode": "EndOfJob",
    }
    running.client("sagemaker").create_processing_job(
        ProcessingJobName="baseline",
        ProcessingResources={"ClusterConfig": CLUSTER},
        AppSpecification={"ImageUri": ANALYZER},
        ProcessingInputs=[{"InputName": "train", "S3Input": source}],
        ProcessingOutputConfig={"Outputs": [{"OutputName": "o", "S3Output": target}]},
        Environment={
            "dataset_format": '{"csv": {"header": true}}',
            "dataset_source": source["LocalPath"],
            "output_path": target["LocalPath"],
        },
        RoleArn=ROLE,
    )


def schedule(running: Cloud, name: str, **when: str) -> None:
    client = running.client("sagemaker")
    source = {"EndpointName": "live", "LocalPath": "/opt/ml/processing/input/endpoint"}
    target = {"S3Uri": f"s3://{BUCKET}/reports", "LocalPath": "/opt/ml/processing/output"}
    client.create_data_quality_job_definition(
        JobDefinitionName=name,
        DataQualityAppSpecification={"ImageUri": ANALYZER},
        DataQualityBaselineConfig={"BaseliningJobName": "baseline"},
        DataQualityJobInput={"EndpointInput": source},
        DataQualityJobOutputConfig={"MonitoringOutputs": [{"S3Output": target}]},
        JobResources={"ClusterConfig": CLUSTER},
        RoleArn=ROLE,
    )
    client.create_monitoring_schedule(
        MonitoringScheduleName=name,
        MonitoringScheduleConfig={
            "ScheduleConfig": when,
            "MonitoringJobDefinitionName": name,
            "MonitoringType": "DataQuality",
        },
    )


def test_an_endpoint_that_drifts_is_found_out(running: Cloud, eventually: Eventually) -> None:
    client, s3 = running.client("sagemaker"), running.client("s3")
    serve(running, eventually)
    suggest_baseline(running)
    begun = ended(running, "baseline", eventually)
    assert begun["ExitMessage"] == "Completed: Job completed successfully with no violations."
    runtime = running.client("sagemaker-runtime")
    for number in range(1, 201):
        runtime.invoke_endpoint(
            EndpointName="live", Body=f"{100 + number / 7}".encode(), ContentType="text/csv"
        )

    assert eventually(lambda: captured(running) == 200, 60)
    window = {"DataAnalysisStartTime": "-PT24H", "DataAnalysisEndTime": "-PT0H"}
    schedule(running, "once", ScheduleExpression="NOW", **window)

    def executed() -> Any:  # noqa: ANN401 - boto3's own types
        found = client.list_monitoring_executions(MonitoringScheduleName="once")
        [execution] = found["MonitoringExecutionSummaries"]
        running_still = execution["MonitoringExecutionStatus"] in ("Pending", "InProgress")
        return None if running_still else execution

    execution = eventually(executed, 60)
    assert execution["MonitoringExecutionStatus"] == "CompletedWithViolations", execution
    job = ended(running, execution["ProcessingJobArn"].rsplit("/", 1)[-1], eventually)
    [output] = job["ProcessingOutputConfig"]["Outputs"]
    place = output["S3Output"]["S3Uri"].removeprefix(f"s3://{BUCKET}/")
    assert place.startswith("reports/live/once/")
    key = f"{place}/constraint_violations.json"
    violations = json.loads(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())["violations"]
    assert {each["feature_name"] for each in violations} == {"answer", "question"}
    metrics = running.client("cloudwatch").list_metrics(
        Namespace="aws/sagemaker/Endpoints/data-metrics",
        MetricName="feature_baseline_drift_question",
        Dimensions=[
            {"Name": "Endpoint", "Value": "live"},
            {"Name": "MonitoringSchedule", "Value": "once"},
        ],
    )
    assert len(metrics["Metrics"]) == 1
