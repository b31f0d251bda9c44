"""AWS::SageMaker::* in CloudFormation: MiniStack's stacks make them by SageMaker's own API.

A stack waits for its endpoints, goes back when one fails, and replaces what CloudFormation
replaces. Source: the resource types' schemas, "Amazon SageMaker AI resource type reference".
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from ministack.services.cloudformation import provisioners, stacks

from slipway_local.sagemaker.wire import TARGET, Handle, Request, service_model

_POLL_SECONDS = 0.05
_LONGEST_NAME = 63
_GONE = "Could not find"

Properties = dict[str, Any]
Made = tuple[str, Properties]


@dataclass(frozen=True, slots=True)
class _Kind:
    """A resource type: the noun in its operations' names, the members that name and identify it,
    which answers are its attributes, and which properties may change in place."""

    noun: str
    name: str = ""
    arn: str = ""
    attributes: tuple[str, ...] = ()
    changeable: tuple[str, ...] = ()
    deleted_by: str = ""
    extra: tuple[str, ...] = field(default=())


_KINDS = {
    "Model": _Kind("Model", "ModelName", "ModelArn"),
    "EndpointConfig": _Kind("EndpointConfig", "EndpointConfigName", "EndpointConfigArn"),
    "Endpoint": _Kind(
        "Endpoint",
        "EndpointName",
        "EndpointArn",
        changeable=(
            "EndpointConfigName",
            "DeploymentConfig",
            "RetainAllVariantProperties",
            "RetainDeploymentConfig",
            "ExcludeRetainedVariantProperties",
        ),
        extra=(
            "RetainAllVariantProperties",
            "RetainDeploymentConfig",
            "ExcludeRetainedVariantProperties",
        ),
    ),
    "ModelPackageGroup": _Kind(
        "ModelPackageGroup",
        "ModelPackageGroupName",
        "ModelPackageGroupArn",
        ("CreationTime", "ModelPackageGroupStatus"),
    ),
    "ModelPackage": _Kind(
        "ModelPackage",
        "",
        "ModelPackageArn",
        ("CreationTime", "ModelPackageStatus"),
        (
            "ApprovalDescription",
            "CustomerMetadataProperties",
            "ModelApprovalStatus",
            "SourceUri",
        ),
        "ModelPackageName",
    ),
}


def install(handle: Handle) -> None:
    """Have MiniStack's stacks make, change and delete the types."""
    for title, kind in _KINDS.items():
        resource, service = f"AWS::SageMaker::{title}", _Service(handle, kind)
        provisioners._RESOURCE_HANDLERS[resource] = {
            "create": service.create,
            "update": service.update,
            "delete": service.delete,
        }
        given = service_model("sagemaker").operation_model(f"Create{kind.noun}").input_shape
        names = given.members if given else ()
        replacing = tuple(name for name in names if name not in (*kind.changeable, "Tags"))
        provisioners._REPLACING_PROPERTIES[resource] = replacing
        if kind.name:  # a package of a group takes no tags of its own
            provisioners._STACK_TAG_PROPERTY[resource] = ("Tags", "list")
            provisioners._CUSTOM_NAME_REPLACEMENT[resource] = {"name": kind.name}
    _wait_elsewhere()


def _wait_elsewhere() -> None:
    """An endpoint is waited for in a thread, for nothing may block the event loop."""
    runs = stacks._runs_on_worker_thread

    def runs_elsewhere(kind: str) -> bool:
        return kind == "AWS::SageMaker::Endpoint" or runs(kind)

    stacks._runs_on_worker_thread = runs_elsewhere


class _Service:
    """One resource type's create, update and delete, as MiniStack calls them.

    What they raise fails the resource, and the message is its reason.
    """

    def __init__(self, handle: Handle, kind: _Kind) -> None:
        self._handle = handle
        self._kind = kind

    def create(self, logical: str, properties: Properties, stack: str) -> Made:
        """Physical id (the ARN, which is what Ref gives) and attributes."""
        kind = self._kind
        given = {name: value for name, value in properties.items() if name not in kind.extra}
        if kind.name and kind.name not in given:
            name = provisioners._physical_name(stack, logical, max_len=_LONGEST_NAME)
            given[kind.name] = name
        arn: str = self._call(f"Create{kind.noun}", given)[kind.arn]
        if kind.noun == "Endpoint":
            self._await_endpoint(arn, given["EndpointConfigName"])
        return arn, self._attributes(arn)

    def update(self, arn: str, old: Properties, new: Properties, stack: str) -> Made:
        """Change what changes in place; what does not is replaced by MiniStack."""
        del stack
        kind = self._kind
        self._tag(arn, old.get("Tags", []), new.get("Tags", []))
        if all(old.get(name) == new.get(name) for name in kind.changeable):
            return arn, self._attributes(arn)
        changed = {name: new[name] for name in kind.changeable if name in new}
        named = kind.arn if kind.deleted_by else kind.name
        self._call(f"Update{kind.noun}", {named: self._named(arn), **changed})
        if kind.noun == "Endpoint":
            self._await_endpoint(arn, new["EndpointConfigName"])
        return arn, self._attributes(arn)

    def delete(self, arn: str, properties: Properties) -> None:
        """Delete it, unless it is gone."""
        del properties
        kind = self._kind
        name = {kind.deleted_by or kind.name: self._named(arn)}
        try:
            self._call(f"Delete{kind.noun}", name)
            while kind.noun == "Endpoint":
                time.sleep(_POLL_SECONDS)
                self._call("DescribeEndpoint", name)
        except ValueError as error:
            if _GONE not in str(error):
                raise

    def _named(self, arn: str) -> str:
        """What its operations call it; they heed no case."""
        return arn if self._kind.deleted_by else arn.rsplit("/", 1)[-1]

    def _attributes(self, arn: str) -> Properties:
        kind = self._kind
        described = self._call(
            f"Describe{kind.noun}", {kind.deleted_by or kind.name: self._named(arn)}
        )
        # `Id` is an EndpointConfig's.
        wanted = (kind.name, kind.arn, *kind.attributes)
        return {"Arn": arn, "Id": arn} | {
            name: described[name] for name in wanted if name in described
        }

    def _await_endpoint(self, arn: str, config: str) -> None:
        """Until it has left Creating or Updating; an endpoint that went back to what it was, or
        failed, fails the resource."""
        while True:
            described = self._call("DescribeEndpoint", {"EndpointName": self._named(arn)})
            status = described["EndpointStatus"]
            if status not in ("Creating", "Updating", "RollingBack", "SystemUpdating"):
                break
            time.sleep(_POLL_SECONDS)
        if status != "InService" or described["EndpointConfigName"] != config:
            reason = described.get("FailureReason", "the update was rolled back")
            raise ValueError(f"The endpoint is {status}: {reason}")

    def _tag(self, arn: str, old: list[Any], new: list[Any]) -> None:
        gone = {tag["Key"] for tag in old} - {tag["Key"] for tag in new}
        if gone:
            self._call("DeleteTags", {"ResourceArn": arn, "TagKeys": sorted(gone)})
        if new and new != old:
            self._call("AddTags", {"ResourceArn": arn, "Tags": new})

    def _call(self, operation: str, params: Mapping[str, Any]) -> Properties:
        shape = service_model("sagemaker").operation_model(operation).input_shape
        unknown = [name for name in params if shape is None or name not in shape.members]
        if unknown:
            raise ValueError(f"The embedded cloud does not execute the property {unknown[0]}.")
        body = json.dumps(typed(shape, params)).encode()
        response = self._handle(Request("POST", "/", {}, {TARGET: f"SageMaker.{operation}"}, body))
        answer: Properties = json.loads(response.body)
        if response.status != 200:
            raise ValueError(f"{answer['__type']}: {answer['message']}")
        return answer


_PARSED: Mapping[str, Callable[[str], object]] = {
    "integer": int,
    "long": int,
    "float": float,
    "double": float,
    "boolean": lambda text: text.lower() == "true",
}


def typed(shape: Shape | None, value: Any) -> Any:
    """The value with numbers and booleans where a template, or a parameter, has text."""
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        return {name: typed(shape.members.get(name), each) for name, each in value.items()}
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [typed(shape.member, each) for each in value]
    if isinstance(shape, MapShape) and isinstance(value, Mapping):
        return {name: typed(shape.value, each) for name, each in value.items()}
    if shape is None or not isinstance(value, str):
        return str(value) if shape is not None and _is_text(shape, value) else value
    try:
        return _PARSED.get(shape.type_name, str)(value)
    except ValueError:
        return value


def _is_text(shape: Shape, value: object) -> bool:
    """Whether a number stands where text is wanted, as in `Environment: {WORKERS: 2}`."""
    return shape.type_name == "string" and isinstance(value, int | float)
