"""REST JSON as the runtime speaks it: the name in the path, the fields in headers, the payload
as the body."""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import unquote

from botocore.model import OperationModel, ServiceModel, Shape, StructureShape

from slipway_local.sagemaker import event_stream
from slipway_local.sagemaker.errors import unknown_operation

Params = dict[str, Any]


def operation(model: ServiceModel, method: str, path: str) -> OperationModel:
    """The operation that method and path name. Raises Refusal: UnknownOperationException."""
    for name in model.operation_names:
        found = model.operation_model(name)
        if found.http["method"] == method and _path_pattern(found.http["requestUri"]).match(path):
            return found
    raise unknown_operation(f"{method} {path}")


def parse(operation: OperationModel, path: str, headers: Mapping[str, str], body: bytes) -> Params:
    """The members that path, headers and body carry; header values stay strings."""
    found = _path_pattern(operation.http["requestUri"]).match(path)
    in_path = found.groupdict() if found else {}
    params: Params = {}
    members = operation.input_shape.members if operation.input_shape else {}
    for member, shape in members.items():
        where, name = _location(shape.serialization, member)
        if where == "uri":
            params[member] = unquote(in_path[name])
        elif where == "header" and name.lower() in headers:
            params[member] = _read(shape, headers[name.lower()])
        elif member == _payload(operation.input_shape):
            params[member] = body
    return params


def serialize(operation: OperationModel, output: Params) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of an answer."""
    headers = {}
    members = operation.output_shape.members if operation.output_shape else {}
    for member, member_shape in members.items():
        where, name = _location(member_shape.serialization, member)
        if where == "header" and member in output:
            headers[name] = str(output[member])
    status: int = operation.http.get("responseCode", 200)
    payload = _payload(operation.output_shape)
    if payload and members[payload].serialization.get("eventstream"):
        headers["Content-Type"] = event_stream.CONTENT_TYPE
        return status, headers, event_stream.encode(output.get(payload, b""))
    if payload:
        return status, headers, output.get(payload, b"")
    inside = {
        member: output[member]
        for member, shape in members.items()
        if not _location(shape.serialization, member)[0] and member in output
    }
    return status, headers, json.dumps(inside).encode()


def _read(shape: Shape, text: str) -> object:
    """A header's value; what is no number stays as it is, and is refused as such."""
    return int(text) if shape.type_name == "integer" and text.isdecimal() else text


def _payload(shape: StructureShape | None) -> str:
    """The member that travels as the body."""
    return str(shape.serialization.get("payload", "")) if shape else ""


def _location(serialization: Mapping[str, Any], member: str) -> tuple[str, str]:
    return serialization.get("location", ""), serialization.get("name", member)


@cache
def _path_pattern(uri: str) -> re.Pattern[str]:
    """`/endpoints/{EndpointName}/invocations` as a pattern with a group for each name."""
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", uri) + r"/?$")
