"""HTTP in, HTTP out: ECS's protocol, AWS JSON 1.1, spoken from botocore's own service model."""

import json

from botocore.model import OperationModel

from slipway_local.sagemaker.errors import Refusal, unknown_operation
from slipway_local.sagemaker.shapes import Shapes
from slipway_local.sagemaker.wire import (
    JSON,
    TARGET,
    Call,
    Request,
    Response,
    decoded,
    refused,
    service_model,
)

SERVICE = "ecs"
PREFIX = "AmazonEC2ContainerServiceV20141113."
HERE = "slipway_local.ecs"
_SHAPES = Shapes(HERE, "ECS", lenient=True)


def handle(request: Request, call: Call) -> Response:
    """Answer `request` with what `call(operation, params)` returns or refuses."""
    try:
        operation = _operation(request)
        sent = decoded(request.body)
        params = _SHAPES.check(operation.input_shape, sent, "InvalidParameterException")
        output = call(operation.name, params)
    except Refusal as refusal:
        return refused(refusal)
    return Response(200, {"Content-Type": JSON}, json.dumps(output).encode())


def operation_of(request: Request) -> str | None:
    """The operation a request asks for, None when it names none that exists."""
    try:
        return _operation(request).name
    except Refusal:
        return None


def _operation(request: Request) -> OperationModel:
    target = request.headers.get(TARGET, "")
    name, model = target.removeprefix(PREFIX), service_model(SERVICE)
    if name not in model.operation_names:
        raise unknown_operation(target)
    return model.operation_model(name)
