"""AWS::SageMaker::* in stacks, over the wire: made, changed, refused, taken back, deleted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.local.serving import IMAGE, ROLE, SCRIPTED, Eventually

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slipway_local.cloud import Cloud

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("cloud")]

ENDED = ("COMPLETE", "FAILED")


def template(data: str = "one", group: str = "stacked") -> str:
    container = {
        "Image": IMAGE,
        "ModelDataUrl": f"s3://serving/models/{data}.tar.gz",
        "Environment": SCRIPTED,
    }
    variant = {
        "VariantName": "v",
        "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": {"Ref": "Count"},
        "InitialVariantWeight": 1,
    }
    model = {"ExecutionRoleArn": ROLE, "PrimaryContainer": container}
    config = {"Fn::GetAtt": ["Config", "EndpointConfigName"]}
    packaged = {
        "Containers": [{"Image": IMAGE, "ModelDataUrl": "s3://serving/models/one.tar.gz"}],
        "SupportedContentTypes": ["text/csv"],
        "SupportedResponseMIMETypes": ["text/csv"],
    }
    package = {
        "ModelPackageGroupName": {"Fn::GetAtt": ["Group", "ModelPackageGroupName"]},
        "InferenceSpecification": packaged,
        "ModelApprovalStatus": "Approved" if data == "two" else "PendingManualApproval",
    }
    resources = {
        "Model": ("Model", model),
        "Config": ("EndpointConfig", {"ProductionVariants": [variant]}),
        "Endpoint": ("Endpoint", {"EndpointName": "stacked", "EndpointConfigName": config}),
        "Group": ("ModelPackageGroup", {"ModelPackageGroupName": group}),
        "Package": ("ModelPackage", package),
    }
    return json.dumps(
        {
            "Parameters": {"Count": {"Type": "Number", "Default": 1}},
            "Resources": {
                name: {"Type": f"AWS::SageMaker::{kind}", "Properties": properties}
                for name, (kind, properties) in resources.items()
            },
            "Outputs": {name: {"Value": {"Ref": name}} for name in resources},
        }
    )


def settled(running: Cloud, eventually: Eventually) -> Mapping[str, Any]:
    describe = running.client("cloudformation").describe_stacks

    def look() -> Any:  # noqa: ANN401 - boto3's own types
        (stack,) = describe(StackName="served")["Stacks"]
        status = stack["StackStatus"]
        return stack if status.endswith(ENDED) and "CLEANUP" not in status else None

    return dict(eventually(look, 60))


def reasons(running: Cloud) -> str:
    events = running.client("cloudformation").describe_stack_events(StackName="served")
    return " ".join(each.get("ResourceStatusReason", "") for each in events["StackEvents"])


def test_a_stack_serves_changes_goes_back_and_leaves_nothing(
    running: Cloud, eventually: Eventually
) -> None:
    stacks, client = running.client("cloudformation"), running.client("sagemaker")
    stacks.create_stack(StackName="served", TemplateBody=template())
    stack = settled(running, eventually)
    assert stack["StackStatus"] == "CREATE_COMPLETE", reasons(running)
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    assert outputs["Endpoint"].endswith(":endpoint/stacked")
    assert outputs["Package"].endswith(":model-package/stacked/1")
    invoke = running.client("sagemaker-runtime").invoke_endpoint

    def ask() -> Any:  # noqa: ANN401 - the model's JSON
        reply = invoke(
            EndpointName="stacked",
            Body=b"1,2\n3,4",
            ContentType="text/csv",
            Accept="application/json",
        )
        return json.loads(reply["Body"].read())

    assert ask() == [[1, 2], [3, 4]]
    tags = client.list_tags(ResourceArn=outputs["Endpoint"])["Tags"]
    assert {"Key": "aws:cloudformation:stack-name", "Value": "served"} in tags

    stacks.update_stack(StackName="served", TemplateBody=template("two"))
    assert settled(running, eventually)["StackStatus"] == "UPDATE_COMPLETE", reasons(running)
    assert ask() == [[2, 4], [6, 8]]
    configs = client.list_endpoint_configs(NameContains="served")["EndpointConfigs"]
    assert len(configs) == 1, "what was replaced is gone"
    package = client.describe_model_package(ModelPackageName=outputs["Package"])
    assert package["ModelApprovalStatus"] == "Approved"

    parameters = [{"ParameterKey": "Count", "ParameterValue": "0"}]
    stacks.update_stack(StackName="served", TemplateBody=template("two"), Parameters=parameters)
    assert settled(running, eventually)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert ask() == [[2, 4], [6, 8]]

    stacks.delete_stack(StackName="served")
    with pytest.raises(ClientError, match="Could not find"):
        eventually(lambda: client.describe_endpoint(EndpointName="stacked") and None)
    eventually(lambda: not client.list_models(NameContains="served")["Models"])
    eventually(
        lambda: (
            not client.list_model_package_groups(NameContains="stacked")[
                "ModelPackageGroupSummaryList"
            ]
        )
    )


def test_an_endpoint_that_fails_takes_its_stack_back(
    running: Cloud, eventually: Eventually
) -> None:
    stacks = running.client("cloudformation")
    running.client("s3").put_object(Bucket="serving", Key="models/no.tar.gz", Body=b"no archive")
    stacks.create_stack(StackName="served", TemplateBody=template("no", "others"))
    assert settled(running, eventually)["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "did not pass the ping health check" in reasons(running)
    stacks.delete_stack(StackName="served")
