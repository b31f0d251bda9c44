"""Who may do what in the embedded cloud, and what a refusal looks like."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.local.conftest import Stack

DRIFT = {"Namespace": "Slipway/Drift", "MetricData": [{"MetricName": "rows", "Value": 1.0}]}
MANY = [{"MetricName": f"m{number}", "Value": 1.0} for number in range(500)]
EVENT = {"Source": "slipway", "DetailType": "Slipway Drift Detected", "Detail": "{}"}

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("cloud")]


@pytest.mark.parametrize(
    ("service", "operation", "arguments", "answer"),
    [
        ("dynamodb", "put_item", {"TableName": "Ledger", "Item": {"pk": {"S": "x"}}}, "allowed"),
        ("dynamodb", "get_item", {"TableName": "Ledger", "Key": {"pk": {"S": "x"}}}, "denied"),
        ("s3", "get_object", {"Bucket": "Models", "Key": "models/absent"}, "NoSuchKey"),
        ("s3", "get_object", {"Bucket": "Models", "Key": "other/absent"}, "denied"),
        ("stepfunctions", "start_execution", {"stateMachineArn": "Machine"}, "denied"),
        ("cloudwatch", "put_metric_data", DRIFT, "allowed"),
        # A large call comes compressed.
        ("cloudwatch", "put_metric_data", {**DRIFT, "MetricData": MANY}, "allowed"),
        ("cloudwatch", "put_metric_data", {**DRIFT, "Namespace": "Slipway"}, "denied"),
        ("cloudwatch", "describe_alarms", {"AlarmNames": ["slipway-h-drift"]}, "allowed"),
        ("cloudwatch", "describe_alarms", {"AlarmNames": ["other"]}, "denied"),
        ("cloudwatch", "describe_alarms", {}, "denied"),
        ("cloudwatch", "delete_alarms", {"AlarmNames": ["slipway-h-drift"]}, "allowed"),
        ("cloudwatch", "delete_alarms", {"AlarmNames": ["other"]}, "denied"),
        ("events", "put_events", {"Entries": [EVENT]}, "allowed"),
        ("events", "put_events", {"Entries": [{**EVENT, "Source": "other"}]}, "denied"),
        ("events", "put_events", {"Entries": [EVENT, {**EVENT, "Source": "other"}]}, "denied"),
        ("scheduler", "get_schedule", {"Name": "slipway-h"}, "ResourceNotFoundException"),
        ("scheduler", "get_schedule", {"Name": "other"}, "denied"),
        ("sagemaker", "list_endpoints", {}, "denied"),
        ("sagemaker", "describe_endpoint", {"EndpointName": "other"}, "denied"),
        ("sagemaker", "describe_endpoint", {"EndpointName": "slipway-x"}, "ValidationException"),
        ("sagemaker-runtime", "invoke_endpoint", {"EndpointName": "x", "Body": ""}, "denied"),
    ],
)  # fmt: skip
def test_a_function_may_do_what_its_role_allows_and_no_more(
    stack: Stack, service: str, operation: str, arguments: dict[str, Any], answer: str
) -> None:
    named = {
        name: stack.outputs.get(value, value) if isinstance(value, str) else value
        for name, value in arguments.items()
    }
    got = stack.work("call", service=service, operation=operation, arguments=named)
    assert (
        got.replace("AccessDeniedException", "denied").replace("AccessDenied", "denied") == answer
    )


def test_a_role_is_handed_to_sagemaker_only_by_who_may_pass_it(stack: Stack) -> None:
    model = {
        "ModelName": "slipway-m",
        "ExecutionRoleArn": "arn:aws:iam::000000000000:role/anything",
        "PrimaryContainer": {"Image": "000000000000.dkr.ecr.us-east-1.amazonaws.com/image:1"},
    }
    call = {"service": "sagemaker", "operation": "create_model", "arguments": model}
    assert stack.work("call", **call) == "AccessDeniedException"


def test_a_user_needs_the_right_secret(stack: Stack) -> None:
    iam = stack.client("iam")
    iam.create_user(UserName="forger")
    key = iam.create_access_key(UserName="forger")["AccessKey"]["AccessKeyId"]
    forged = boto3.client(
        "sagemaker",
        endpoint_url=stack.cloud.endpoint,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key="guessed",
    )
    with pytest.raises(ClientError, match="signature"):
        forged.list_endpoints()


def test_a_runtime_answer_keeps_its_content_type(stack: Stack) -> None:
    client = stack.client("sagemaker-runtime")
    with pytest.raises(ClientError) as refused:
        client.invoke_endpoint(EndpointName="absent", Body=b"1,2", ContentType="text/csv")
    headers = refused.value.response["ResponseMetadata"]["HTTPHeaders"]
    assert headers["content-type"] == "application/json"


def test_unsigned_requests_are_refused(stack: Stack) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", stack.cloud.settings.port)
    connection.request("POST", "/", "{}", {"X-Amz-Target": "SageMaker.ListEndpoints"})
    answer = connection.getresponse()
    assert json.loads(answer.read())["__type"] == "MissingAuthenticationToken"
    connection.close()
