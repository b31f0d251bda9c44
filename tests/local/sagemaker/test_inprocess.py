"""boto3 without a socket, and faults by wrapping the service."""

from collections.abc import Callable
from io import BytesIO, StringIO
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from slipway_local.sagemaker.inprocess import connect
from slipway_local.sagemaker.rehearsal import Rehearsal, clients
from slipway_local.sagemaker.wire import Request, Response, operation_of


def test_a_sessions_clients_reach_the_service(cloud: Rehearsal) -> None:
    session = boto3.Session("id", "key", region_name="us-east-1")
    connect(session.events, cloud.service.handle)
    session.client("sagemaker").create_model(ModelName="m", PrimaryContainer={"Image": "i"})
    (model,) = cloud.control.list_models()["Models"]
    assert model["ModelName"] == "m"


def test_a_throttle_before_the_service_is_retried_by_botocore(cloud: Rehearsal) -> None:
    throttled: list[str | None] = []

    def handle(request: Request) -> Response:
        if not throttled:
            throttled.append(operation_of(request))
            body = b'{"__type": "ThrottlingException", "message": "Rate exceeded"}'
            return Response(400, {}, body)
        return cloud.service.handle(request)

    control, _ = clients(handle)
    listed = control.list_models()
    assert listed["ResponseMetadata"]["RetryAttempts"] == 1
    assert throttled == ["ListModels"]


def test_a_call_may_be_applied_and_its_answer_lost(cloud: Rehearsal) -> None:
    """The client sees a fault, repeats the call, and finds its own work in the way."""
    lost: list[Response] = []

    def handle(request: Request) -> Response:
        response = cloud.service.handle(request)
        if not lost:
            lost.append(response)
            return Response(500, {}, b"{}")
        return response

    control, _ = clients(handle)
    with pytest.raises(ClientError, match="Cannot create already existing model"):
        control.create_model(ModelName="m", PrimaryContainer={"Image": "i"})
    assert len(cloud.control.list_models()["Models"]) == 1


@pytest.mark.parametrize("body", [b"1,2", "1,2", BytesIO(b"1,2"), StringIO("1,2")])
def test_a_body_may_be_text_or_a_file(
    cloud: Rehearsal,
    serve: Callable[..., str],
    body: Any,  # noqa: ANN401  boto3's own types
) -> None:
    serve(cloud, "live")
    reply = cloud.runtime.invoke_endpoint(EndpointName="live", Body=body)
    assert reply["Body"].read() == b"1,2"
