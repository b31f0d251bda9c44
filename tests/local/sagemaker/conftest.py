"""A SageMaker of one's own, and the few calls that nearly every test begins with."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from slipway_local.sagemaker.rehearsal import Rehearsal

ROLE = "arn:aws:iam::123456789012:role/serving"
ANALYZER = "sagemaker-model-monitor-analyzer"
CAPTURE = {
    "EnableCapture": True,
    "InitialSamplingPercentage": 100,
    "DestinationS3Uri": "s3://seen/by/",
    "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
}

Deploy = Callable[..., str]
Refused = Callable[[Callable[[], object]], tuple[str, str]]


@pytest.fixture
def cloud() -> Rehearsal:
    return Rehearsal()


@pytest.fixture
def variant() -> Callable[..., Any]:
    """A production variant on one ml.m5.large, changed as asked."""

    def make(name: str = "AllTraffic", model: str = "model", **changes: object) -> object:
        usual = {"InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
        return {"VariantName": name, "ModelName": model, **usual, **changes}

    return make


@pytest.fixture
def configure(variant: Callable[..., Any]) -> Deploy:
    """Create a model and an endpoint configuration of the same name; answer the name."""

    def make(cloud: Rehearsal, name: str, *, data: str = "", **changes: object) -> str:
        url = data or f"s3://models/{name}.tar.gz"
        cloud.control.create_model(
            ModelName=name,
            ExecutionRoleArn=ROLE,
            PrimaryContainer={"Image": "image", "ModelDataUrl": url},
        )
        cloud.control.create_endpoint_config(
            EndpointConfigName=name, ProductionVariants=[variant(model=name, **changes)]
        )
        return name

    return make


@pytest.fixture
def serve(configure: Deploy) -> Deploy:
    """Bring the endpoint `name` into service with a model and a configuration `config`."""

    def make(cloud: Rehearsal, name: str, config: str = "one", **changes: object) -> str:
        configure(cloud, config, **changes)
        cloud.control.create_endpoint(EndpointName=name, EndpointConfigName=config)
        cloud.pass_time(0)
        return name

    return make


@pytest.fixture
def process() -> Callable[..., str]:
    """Create the processing job `name` of the analyzer, changed as asked; answer its ARN."""

    def make(cloud: Rehearsal, name: str = "job", **changes: Any) -> str:  # noqa: ANN401
        cluster = {"InstanceCount": 1, "InstanceType": "ml.m5.xlarge", "VolumeSizeInGB": 20}
        usual: dict[str, Any] = {
            "ProcessingJobName": name,
            "ProcessingResources": {"ClusterConfig": cluster},
            "AppSpecification": {"ImageUri": f"1.dkr.ecr.us-east-1.amazonaws.com/{ANALYZER}"},
            "RoleArn": ROLE,
        }
        return cloud.control.create_processing_job(**usual | changes)["ProcessingJobArn"]

    return make


@pytest.fixture
def watch(serve: Deploy, variant: Callable[..., Any]) -> Callable[..., str]:
    """Monitor the endpoint Live, which captures to s3://seen/by, with the schedule `name`.

    The endpoint, and the job definition `rows`, are made where they are not there yet.
    """

    def make(cloud: Rehearsal, name: str = "Hourly", **when: str) -> str:
        if not cloud.service.account.endpoints:
            serve(cloud, "Live")
            capture: Any = CAPTURE
            cloud.control.create_endpoint_config(
                EndpointConfigName="captured",
                ProductionVariants=[variant(model="one")],
                DataCaptureConfig=capture,
            )
            cloud.control.update_endpoint(EndpointName="Live", EndpointConfigName="captured")
            cloud.pass_time(0)
            definition: Any = definition_of("Live")
            cloud.control.create_data_quality_job_definition(JobDefinitionName="rows", **definition)
        config: Any = {
            "MonitoringJobDefinitionName": "rows",
            "MonitoringType": "DataQuality",
            "ScheduleConfig": {"ScheduleExpression": "cron(0 * ? * * *)", **when},
        }
        return cloud.control.create_monitoring_schedule(
            MonitoringScheduleName=name, MonitoringScheduleConfig=config
        )["MonitoringScheduleArn"]

    return make


def definition_of(endpoint: str) -> dict[str, Any]:
    """What CreateDataQualityJobDefinition takes beside a name."""
    cluster = {"InstanceCount": 1, "InstanceType": "ml.m5.xlarge", "VolumeSizeInGB": 20}
    source = {"EndpointName": endpoint, "LocalPath": "/opt/ml/processing/input/endpoint"}
    target = {"S3Uri": "s3://reports/of/", "LocalPath": "/opt/ml/processing/output"}
    return {
        "DataQualityAppSpecification": {
            "ImageUri": ANALYZER,
            "RecordPreprocessorSourceUri": "s3://code/pre.py",
            "Environment": {"publish_cloudwatch_metrics": "Disabled", "mine": "1"},
        },
        "DataQualityBaselineConfig": {
            "ConstraintsResource": {"S3Uri": "s3://baselines/constraints.json"},
            "StatisticsResource": {"S3Uri": "s3://baselines/statistics.json"},
        },
        "DataQualityJobInput": {"EndpointInput": source},
        "DataQualityJobOutputConfig": {"MonitoringOutputs": [{"S3Output": target}]},
        "JobResources": {"ClusterConfig": cluster},
        "StoppingCondition": {"MaxRuntimeInSeconds": 1800},
        "RoleArn": ROLE,
    }


@pytest.fixture(name="definition_of")
def definition_fixture() -> Callable[[str], dict[str, Any]]:
    """`definition_of(endpoint)`: what CreateDataQualityJobDefinition takes beside a name."""
    return definition_of


@pytest.fixture
def refused() -> Refused:
    """Make a call that must be refused; answer the error's code and message."""

    def call(made: Callable[[], object]) -> tuple[str, str]:
        with pytest.raises(ClientError) as caught:
            made()
        error = caught.value.response["Error"]
        return error["Code"], error["Message"]

    return call
