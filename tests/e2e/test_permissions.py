"""Each function's role, tried out: what it has no business with is denied."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

ENDPOINT = "slipway-somebody"
FORBIDDEN: dict[str, Callable[[Any, Any], Any]] = {
    "change an endpoint": lambda client, _: client("sagemaker").update_endpoint(
        EndpointName=ENDPOINT, EndpointConfigName=ENDPOINT
    ),
    "delete an endpoint": lambda client, _: client("sagemaker").delete_endpoint(
        EndpointName=ENDPOINT
    ),
    "register a model": lambda client, _: client("sagemaker").create_model_package_group(
        ModelPackageGroupName=ENDPOINT
    ),
    "write to the bucket": lambda client, stack: client("s3").put_object(
        Bucket=stack.bucket, Key="models/somebody/model.tar.gz", Body=b""
    ),
    "delete from the bucket": lambda client, stack: client("s3").delete_object(
        Bucket=stack.bucket, Key="models/somebody/model.tar.gz"
    ),
    "start a release": lambda client, stack: client("stepfunctions").start_execution(
        stateMachineArn=stack.state_machine, input="{}"
    ),
    "tell people": lambda client, stack: client("sns").publish(
        TopicArn=stack.values["TopicArn"], Message="hello"
    ),
    "delete a schedule": lambda client, _: client("scheduler").delete_schedule(Name=ENDPOINT),
    "register what scales": lambda client, _: client(
        "application-autoscaling"
    ).register_scalable_target(
        ServiceNamespace="sagemaker",
        ResourceId=f"endpoint/{ENDPOINT}/variant/AllTraffic",
        ScalableDimension="sagemaker:variant:DesiredInstanceCount",
        MinCapacity=1,
        MaxCapacity=2,
    ),
    "delete an alarm": lambda client, _: client("cloudwatch").delete_alarms(
        AlarmNames=[f"{ENDPOINT}-drift"]
    ),
    "delete logs": lambda client, _: client("logs").delete_log_group(
        logGroupName=f"/aws/sagemaker/Endpoints/{ENDPOINT}"
    ),
    "measure drift": lambda client, _: client("cloudwatch").put_metric_data(
        Namespace="Slipway/Drift", MetricData=[{"MetricName": "rows", "Value": 1.0}]
    ),
    "tell other systems": lambda client, _: client("events").put_events(
        Entries=[{"Source": "slipway", "DetailType": "x", "Detail": "{}"}]
    ),
    "ask an asynchronous endpoint": lambda client, stack: client(
        "sagemaker-runtime"
    ).invoke_endpoint_async(EndpointName=ENDPOINT, InputLocation=f"s3://{stack.bucket}/x"),
    "ask an endpoint": lambda client, _: client("sagemaker-runtime").invoke_endpoint(
        EndpointName=ENDPOINT, Body=b"1"
    ),
}
DENIALS = {"AccessDenied", "AccessDeniedException", "AuthorizationError"}
# All else of the above is denied to the function.
ALLOWED = {
    "Decide": (),
    "InspectArtifact": (),
    "RegisterModel": ("register a model",),
    "DeployEndpoint": ("change an endpoint", "delete an endpoint"),
    "ProbeEndpoint": ("ask an endpoint", "ask an asynchronous endpoint"),
    "JudgeRollout": (),
    "BuildBaseline": (),
    "WatchEndpoint": ("delete a schedule", "delete an alarm"),
    "ScaleEndpoint": ("register what scales",),
    "AwaitChange": (),
    "Announce": ("tell people",),
    "ReceiveEvent": ("start a release",),
    "Resume": ("start a release",),
    "Sweep": ("start a release",),
    "CheckDrift": ("measure drift",),
    "ProfileCapture": (),
    "IngestViolations": ("start a release", "tell people", "tell other systems"),
}


@pytest.mark.parametrize("function", ALLOWED)
def test_a_function_may_do_its_own_work_and_nothing_else(slipway: Any, function: str) -> None:
    client = acting_as(slipway, function)
    denied = {what for what, action in FORBIDDEN.items() if is_denied(action, client, slipway)}
    assert denied == FORBIDDEN.keys() - set(ALLOWED[function])


def acting_as(slipway: Any, function: str) -> Callable[[str], Any]:
    """Clients with the credentials that the function runs with."""
    name = slipway.resource(f"{function}Function")
    role = slipway.client("lambda").get_function(FunctionName=name)["Configuration"]["Role"]
    given = slipway.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    session = boto3.Session(
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )
    return session.client


def is_denied(action: Callable[[Any, Any], Any], client: Any, slipway: Any) -> bool:
    try:
        action(client, slipway.stack)
    except ClientError as error:
        return error.response["Error"]["Code"] in DENIALS
    return False
