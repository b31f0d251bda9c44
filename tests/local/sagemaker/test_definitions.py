"""Data-quality job definitions."""

from collections.abc import Callable
from typing import Any

from slipway_local.sagemaker.rehearsal import Rehearsal

Refused = Callable[[Callable[[], object]], tuple[str, str]]
Definition = Callable[[str], dict[str, Any]]


def test_a_definition_is_described_as_it_was_given(
    cloud: Rehearsal, definition_of: Definition
) -> None:
    given = definition_of("Live")
    tags: Any = [{"Key": "team", "Value": "risk"}]
    made = cloud.control.create_data_quality_job_definition(
        JobDefinitionName="Rows", Tags=tags, **given
    )
    arn = made["JobDefinitionArn"]
    assert arn.endswith(":data-quality-job-definition/rows")
    found: Any = cloud.control.describe_data_quality_job_definition(JobDefinitionName="rows")
    assert {name: found[name] for name in given} == given
    assert (found["JobDefinitionName"], found["JobDefinitionArn"]) == ("Rows", arn)
    assert cloud.control.list_tags(ResourceArn=arn)["Tags"] == tags


def test_definitions_are_listed_by_endpoint(cloud: Rehearsal, definition_of: Definition) -> None:
    for name, endpoint in (("one", "a"), ("two", "b"), ("three", "b")):
        cloud.control.create_data_quality_job_definition(
            JobDefinitionName=name, **definition_of(endpoint)
        )
        cloud.pass_time(1)
    found = cloud.control.list_data_quality_job_definitions(EndpointName="b")
    rows = found["JobDefinitionSummaries"]
    assert [row["MonitoringJobDefinitionName"] for row in rows] == ["three", "two"]
    assert {row["EndpointName"] for row in rows} == {"b"}
    [last] = cloud.control.list_data_quality_job_definitions(MaxResults=1)["JobDefinitionSummaries"]
    assert last["MonitoringJobDefinitionName"] == "three"


def test_a_definition_that_is_used_stays(
    cloud: Rehearsal, watch: Callable[..., str], refused: Refused
) -> None:
    watch(cloud, "Hourly")
    control = cloud.control

    def delete() -> object:
        return control.delete_data_quality_job_definition(JobDefinitionName="rows")

    code, message = refused(delete)
    assert (code, "Hourly" in message) == ("ValidationException", True)
    control.delete_monitoring_schedule(MonitoringScheduleName="Hourly")
    delete()
    assert refused(delete)[0] == "ResourceNotFound"


def test_names_and_inputs_are_checked(
    cloud: Rehearsal, definition_of: Definition, refused: Refused
) -> None:
    create = cloud.control.create_data_quality_job_definition
    given = definition_of("Live")
    create(JobDefinitionName="rows", **given)
    assert refused(lambda: create(JobDefinitionName="rows", **given))[0] == "ResourceInUse"
    batch = {
        "DataCapturedDestinationS3Uri": "s3://a/",
        "DatasetFormat": {"Csv": {}},
        "LocalPath": "/opt/ml/processing/input",
    }
    given["DataQualityJobInput"] = {"BatchTransformInput": batch}
    code, message = refused(lambda: create(JobDefinitionName="batch", **given))
    assert (code, "BatchTransformInput" in message) == ("ValidationException", True)


def test_kinds_of_definitions_do_not_meet(
    cloud: Rehearsal, definition_of: Definition, refused: Refused
) -> None:
    given = definition_of("Live")
    cloud.control.create_data_quality_job_definition(JobDefinitionName="rows", **given)
    quality: Any = {
        "ModelQualityAppSpecification": {"ImageUri": "analyzer", "ProblemType": "Regression"},
        "ModelQualityJobInput": {
            **given["DataQualityJobInput"],
            "GroundTruthS3Input": {"S3Uri": "s3://truths"},
        },
        "ModelQualityJobOutputConfig": given["DataQualityJobOutputConfig"],
        "JobResources": given["JobResources"],
        "RoleArn": given["RoleArn"],
    }
    create = cloud.control.create_model_quality_job_definition
    arn = create(JobDefinitionName="rows", **quality)["JobDefinitionArn"]
    assert arn.endswith(":model-quality-job-definition/rows")
    for found in (
        cloud.control.list_model_quality_job_definitions(),
        cloud.control.list_data_quality_job_definitions(),
    ):
        assert len(found["JobDefinitionSummaries"]) == 1
    cloud.control.delete_data_quality_job_definition(JobDefinitionName="rows")
    shown: Any = cloud.control.describe_model_quality_job_definition(JobDefinitionName="rows")
    assert shown["ModelQualityAppSpecification"] == quality["ModelQualityAppSpecification"]
    del quality["ModelQualityAppSpecification"]["ProblemType"]
    message = refused(lambda: create(JobDefinitionName="vague", **quality))[1]
    assert "needs a ProblemType" in message
    quality["ModelQualityAppSpecification"]["ProblemType"] = "Regression"
    quality["ModelQualityJobInput"]["GroundTruthS3Input"] = {}
    message = refused(lambda: create(JobDefinitionName="vague", **quality))[1]
    assert "GroundTruthS3Input needs an S3Uri" in message
