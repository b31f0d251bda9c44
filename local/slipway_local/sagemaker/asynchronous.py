"""InvokeEndpointAsync: requests that wait in line, and answers that go to S3.

    InvokeEndpointAsync ──► waiting ──a place is free──► running ──► <OutputLocation>, SuccessTopic
                               └──RequestTTLSeconds──────────┴─────► <FailureLocation>, ErrorTopic

An instance runs MaxConcurrentInvocationsPerInstance requests at a time. What waits is forgotten
with the endpoint, and when the service ends.

Source: "Asynchronous inference", "Check prediction results", and botocore's model.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from slipway_local.sagemaker import routes, runtime
from slipway_local.sagemaker.account import Account, Waiting
from slipway_local.sagemaker.captures import fresh_id
from slipway_local.sagemaker.errors import Refusal, bad_request
from slipway_local.sagemaker.events import iso
from slipway_local.sagemaker.operations import Operations, Params, present

_TIMEOUT = 900  # seconds, unless InvocationTimeoutSeconds says otherwise
_KEPT = 6 * 3600  # seconds, unless RequestTTLSeconds says otherwise
_CONCURRENT = 4  # requests an instance; where none is given AWS chooses, and does not say what
_FORWARDED = ("ContentType", "Accept", "CustomAttributes")


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of a request: where it is told, and the words for it."""

    location: str | None
    body: bytes
    kind: str
    topic: str | None
    said: Params


def invoke_endpoint_async(account: Account, params: Params) -> Params:
    """Raises Refusal: ValidationError."""
    with account.lock:
        route = routes.find(account, {"EndpointName": params["EndpointName"]})
        config = route.fleet.config.get("AsyncInferenceConfig")
        if config is None:
            raise bad_request(
                f"Endpoint {route.endpoint} is not an asynchronous endpoint: its endpoint "
                "configuration has no AsyncInferenceConfig."
            )
        _check_input(params)
        waiting = _waiting(account, params, config["OutputConfig"])
        account.waiting.append(waiting)
    return present(
        InferenceId=waiting.id,
        OutputLocation=waiting.output,
        FailureLocation=waiting.failure,
    )


def _check_input(params: Params) -> None:
    place = params.get("InputLocation")
    if (place is None) != bool(params.get("Body")):
        raise bad_request("You must provide either InputLocation or Body, and not both.")
    if place is not None and not place.startswith("s3://"):
        raise bad_request(
            f"InputLocation is {place}: the embedded SageMaker reads s3:// URLs only."
        )


def advance(account: Account) -> None:
    """Start what there is a place for; forget what waits for an endpoint that is gone."""
    names = {endpoint.name for endpoint in account.endpoints.values()}
    account.waiting = [each for each in account.waiting if each.endpoint in names]
    for each in list(account.waiting):
        if account.clock() >= each.expires or account.running[each.endpoint] < _places(
            account, each.endpoint
        ):
            account.waiting.remove(each)
            account.running[each.endpoint] += 1
            account.background(partial(_run, account, each))


def _places(account: Account, name: str) -> int:
    """How many requests an endpoint runs at a time."""
    endpoint = account.endpoints[account.arn("endpoint", name)]
    fleet = endpoint.serving(account.random)
    if fleet is None:
        return 0
    client = fleet.config.get("AsyncInferenceConfig", {}).get("ClientConfig", {})
    each: int = client.get("MaxConcurrentInvocationsPerInstance", _CONCURRENT)
    return each * sum(variant.instances or 0 for variant in fleet.variants)


def _waiting(account: Account, params: Params, output: Mapping[str, Any]) -> Waiting:
    made, now = str(fresh_id(account.random)), account.clock()
    name = params.get("Filename", f"{made}.out")
    places = [output.get("S3OutputPath"), params.get("S3OutputPathExtension"), name]
    failures = output.get("S3FailurePath")
    return Waiting(
        id=params.get("InferenceId", made),
        endpoint=params["EndpointName"],
        params=params,
        config=output,
        received=now,
        expires=now + params.get("RequestTTLSeconds", _KEPT),
        output="/".join(place.strip("/") for place in places if place),
        failure=f"{failures.rstrip('/')}/{made}-error.out" if failures else None,
    )


def _run(account: Account, waiting: Waiting) -> None:
    try:
        outcome = _succeeded(waiting, _answer(account, waiting))
    except (OSError, Refusal) as error:
        outcome = _failed(waiting, error)
    finally:
        with account.lock:
            account.running[waiting.endpoint] -= 1
    if outcome.location is not None:
        place = urlsplit(outcome.location, allow_fragments=False)
        account.put_object(place.netloc, place.path.lstrip("/"), outcome.body, outcome.kind)
    if outcome.topic is not None:
        account.publish(outcome.topic, json.dumps(_notice(account, waiting, outcome.said)))


def _answer(account: Account, waiting: Waiting) -> Params:
    """What the endpoint answers. Raises Refusal, and OSError where there is no input."""
    if account.clock() >= waiting.expires:
        raise bad_request("The request waited longer than its RequestTTLSeconds.")
    params = waiting.params
    body = params.get("Body") or account.read_object(params["InputLocation"])
    asked = {name: params[name] for name in _FORWARDED if name in params}
    if "InputLocation" in params and "ContentType" not in params:
        asked |= present(ContentType=account.object_kind(params["InputLocation"]) or None)
    timeout = params.get("InvocationTimeoutSeconds", _TIMEOUT)
    whole = {**asked, "EndpointName": waiting.endpoint, "InferenceId": waiting.id, "Body": body}
    return runtime.serve(account, whole, timeout)


def _succeeded(waiting: Waiting, answer: Params) -> _Outcome:
    kind = answer.get("ContentType", "application/octet-stream")
    said = {
        "invocationStatus": "Completed",
        "responseParameters": {
            "contentType": kind,
            "outputLocation": waiting.output,
        },
    }
    topic = waiting.config.get("NotificationConfig", {}).get("SuccessTopic")
    return _Outcome(waiting.output, answer["Body"], kind, topic, said)


def _failed(waiting: Waiting, error: Exception) -> _Outcome:
    reason = error.message if isinstance(error, Refusal) else str(error)
    topic = waiting.config.get("NotificationConfig", {}).get("ErrorTopic")
    said = {"invocationStatus": "Failed", "failureReason": f"ClientError: {reason}"}
    return _Outcome(waiting.failure, reason.encode(), "text/plain", topic, said)


def _notice(account: Account, waiting: Waiting, said: Params) -> Params:
    """The message of a topic."""
    params = waiting.params
    return {
        "awsRegion": account.region,
        "eventTime": iso(account.clock()),
        "receivedTime": iso(waiting.received),
        "requestParameters": present(
            contentType=params.get("ContentType"),
            customAttributes=params.get("CustomAttributes"),
            endpointName=waiting.endpoint,
            inputLocation=params.get("InputLocation"),
        ),
        **said,
        "inferenceId": waiting.id,
        "eventVersion": "1.0",
        "eventSource": "aws:sagemaker",
        "eventName": "InferenceResult",
    }


OPERATIONS: Operations = {"InvokeEndpointAsync": invoke_endpoint_async}
