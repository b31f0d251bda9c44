"""HTTP in, HTTP out: SageMaker's two protocols, spoken from botocore's own service models.

The control plane is AWS JSON 1.1 (`X-Amz-Target: SageMaker.<Operation>`), as is Application Auto
Scaling, which scales endpoints; the runtime is REST
JSON (`POST /endpoints/<name>/invocations`). `handle` is a pure function of the request and of
the `call` that runs the operation, so faults are composed by wrapping it.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import botocore.loaders
from botocore.model import OperationModel, ServiceModel

from slipway_local.sagemaker import rest
from slipway_local.sagemaker.errors import Refusal, malformed, unknown_operation
from slipway_local.sagemaker.shapes import Shapes

TARGET = "x-amz-target"
JSON = "application/x-amz-json-1.1"

# The models give different shapes the same name, so each has checks of its own.
_JSON_SERVICES = {name: Shapes() for name in ("sagemaker", "application-autoscaling")}
_RUNTIME = Shapes()

Params = dict[str, Any]
Call = Callable[[str, Params], Params]


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request; header names are lower case, `path` is without the query."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Handle = Callable[[Request], Response]


@cache
def service_model(name: str) -> ServiceModel:
    """botocore's model of a service that is spoken here; loaded once, on first use."""
    return ServiceModel(botocore.loaders.Loader().load_service_model(name, "service-2"), name)


def operation_of(request: Request) -> str | None:
    """The operation a request asks for, None when it names none that exists."""
    try:
        return _operation(request).name
    except Refusal:
        return None


def handle(request: Request, call: Call) -> Response:
    """Answer `request` with what `call(operation, params)` returns or refuses."""
    try:
        operation = _operation(request)
    except Refusal as refusal:
        return refused(refusal)
    if TARGET in request.headers:
        return _json_call(operation, request, call)
    return _rest_call(operation, request, call)


@cache
def _json_operations() -> Mapping[str, OperationModel]:
    models = [service_model(name) for name in _JSON_SERVICES]
    return {
        f"{model.metadata['targetPrefix']}.{name}": model.operation_model(name)
        for model in models
        for name in model.operation_names
    }


def _operation(request: Request) -> OperationModel:
    target = request.headers.get(TARGET)
    if target is None:
        return rest.operation(service_model("sagemaker-runtime"), request.method, request.path)
    operation = _json_operations().get(target)
    if operation is None:
        raise unknown_operation(target)
    return operation


def _json_call(operation: OperationModel, request: Request, call: Call) -> Response:
    try:
        params = _json_params(operation, request.body)
        output = call(operation.name, params)
    except Refusal as refusal:
        return refused(refusal)
    return Response(200, {"Content-Type": JSON}, json.dumps(output).encode())


def _json_params(operation: OperationModel, body: bytes) -> Params:
    shapes = _JSON_SERVICES[operation.service_model.service_name]
    return shapes.check(operation.input_shape, decoded(body), "ValidationException")


def decoded(body: bytes) -> Any:  # noqa: ANN401 - JSON
    """What a body holds. Raises Refusal: SerializationException."""
    try:
        return json.loads(body or b"{}")
    except (RecursionError, ValueError) as error:
        raise malformed(f"the body is not JSON: {error}") from error


def _rest_call(operation: OperationModel, request: Request, call: Call) -> Response:
    try:
        sent = rest.parse(operation, request.path, request.headers, request.body)
        params = _RUNTIME.check(operation.input_shape, sent, "ValidationError")
        status, headers, body = rest.serialize(operation, call(operation.name, params))
    except Refusal as refusal:
        return refused(refusal, content_type="application/json")
    return Response(status, headers, body)


def refused(refusal: Refusal, content_type: str = JSON) -> Response:
    """The answer that says what was refused."""
    body = {"__type": refusal.code, "message": refusal.message, **refusal.fields}
    headers = {"Content-Type": content_type, "x-amzn-ErrorType": refusal.code}
    return Response(refusal.status, headers, json.dumps(body).encode())
