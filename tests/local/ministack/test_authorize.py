"""What the policies must allow for a call to SageMaker."""

from typing import Any

import pytest
from slipway_local.ministack.authorize import checks

PREFIX = "arn:aws:sagemaker:us-east-1:000000000000:"
ROLE = "arn:aws:iam::000000000000:role/serving"


def asked(operation: str, **params: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - a request
    made = checks(operation, params, "us-east-1", "000000000000")
    return [(check.action, check.resource.removeprefix(PREFIX)) for check in made]


@pytest.mark.parametrize(
    ("operation", "params", "resources"),
    [
        ("ListEndpoints", {}, ["*"]),
        ("DescribeEndpoint", {"EndpointName": "Churn"}, ["endpoint/churn"]),
        ("InvokeEndpoint", {"EndpointName": "churn"}, ["endpoint/churn"]),
        (
            "CreateEndpoint",
            {"EndpointName": "churn", "EndpointConfigName": "churn-1"},
            ["endpoint/churn", "endpoint-config/churn-1"],
        ),
        (
            "UpdateEndpoint",
            {"EndpointName": "churn", "EndpointConfigName": "churn-2"},
            ["endpoint/churn", "endpoint-config/churn-2"],
        ),
        ("UpdateEndpointWeightsAndCapacities", {"EndpointName": "churn"}, ["endpoint/churn"]),
        ("CreateEndpointConfig", {"EndpointConfigName": "c"}, ["endpoint-config/c"]),
        ("CreateModelPackageGroup", {"ModelPackageGroupName": "g"}, ["model-package-group/g"]),
        ("CreateModelPackage", {"ModelPackageGroupName": "g"}, ["model-package-group/g"]),
        (
            "DescribeModelPackage",
            {"ModelPackageName": f"{PREFIX}model-package/g/1"},
            ["model-package/g/1"],
        ),
        (
            "UpdateModelPackage",
            {"ModelPackageArn": f"{PREFIX}model-package/g/1"},
            ["model-package/g/1"],
        ),
        ("CreateTransformJob", {"TransformJobName": "j", "ModelName": "m"}, ["transform-job/j"]),
        ("CreateProcessingJob", {"ProcessingJobName": "j"}, ["processing-job/j"]),
        ("ListMonitoringExecutions", {"MonitoringScheduleName": "s"}, ["*"]),
        (
            "CreateMonitoringSchedule",
            {"MonitoringScheduleName": "Hourly"},
            ["monitoring-schedule/hourly"],
        ),
        (
            "DeleteDataQualityJobDefinition",
            {"JobDefinitionName": "rows"},
            ["data-quality-job-definition/rows"],
        ),
        (
            "CreateModelQualityJobDefinition",
            {"JobDefinitionName": "quality"},
            ["model-quality-job-definition/quality"],
        ),
        ("AddTags", {"ResourceArn": f"{PREFIX}endpoint/churn", "Tags": []}, ["endpoint/churn"]),
    ],
)
def test_a_call_is_checked_on_the_resources_it_names(
    operation: str, params: dict[str, Any], resources: list[str]
) -> None:
    assert asked(operation, **params) == [(f"sagemaker:{operation}", each) for each in resources]


def test_to_create_with_tags_is_to_tag() -> None:
    tags = [{"Key": "Team", "Value": "risk"}]
    assert asked("CreateEndpointConfig", EndpointConfigName="c", Tags=tags) == [
        ("sagemaker:CreateEndpointConfig", "endpoint-config/c"),
        ("sagemaker:AddTags", "endpoint-config/c"),
    ]
    first = next(checks("CreateModel", {"ModelName": "m", "Tags": tags}, "us-east-1", "1"))
    assert first.context == {"aws:requesttag/team": "risk", "aws:tagkeys": ["Team"]}


def test_to_create_with_a_role_is_to_pass_it_to_sagemaker() -> None:
    *_, passed = checks("CreateModel", {"ModelName": "m", "ExecutionRoleArn": ROLE}, "r", "1")
    assert (passed.action, passed.resource) == ("iam:PassRole", ROLE)
    assert passed.context == {"iam:PassedToService": "sagemaker.amazonaws.com"}


def test_a_role_in_what_a_schedule_brings_along_is_passed_too() -> None:
    config = {"MonitoringJobDefinition": {"RoleArn": ROLE}}
    made = asked(
        "CreateMonitoringSchedule", MonitoringScheduleName="s", MonitoringScheduleConfig=config
    )
    assert made[-1] == ("iam:PassRole", ROLE)


def test_scaling_is_allowed_by_actions_of_its_own() -> None:
    place: dict[str, Any] = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": "endpoint/live/variant/v",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
    (check,) = checks("RegisterScalableTarget", place, "us-east-1", "1")
    assert check.action == "application-autoscaling:RegisterScalableTarget"
    assert check.resource == "arn:aws:application-autoscaling:us-east-1:1:scalable-target/*"
    assert check.context == {
        "application-autoscaling:service-namespace": "sagemaker",
        "application-autoscaling:scalable-dimension": "sagemaker:variant:DesiredInstanceCount",
    }
    (check,) = checks("DescribeScalableTargets", {"ServiceNamespace": "sagemaker"}, "r", "1")
    assert (check.action, check.resource) == (
        "application-autoscaling:DescribeScalableTargets",
        "*",
    )
