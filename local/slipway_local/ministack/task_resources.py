"""AWS::ECS::* in CloudFormation, and tasks of state machines: by ECS's own API.

Source: the resource types' schemas, "Amazon ECS resource type reference".
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from ministack.services import ecs
from ministack.services.cloudformation import provisioners, stacks

from slipway_local.ecs.wire import PREFIX, SERVICE
from slipway_local.ministack.stack_resources import Made, Properties, typed
from slipway_local.sagemaker.wire import TARGET, Handle, Request, service_model

_POLL_SECONDS = 0.05
_LONGEST_NAME = 255
_SERVICE = "AWS::ECS::Service"
_REPLACING = ("cluster", "serviceName", "launchType")

Answer = tuple[int, dict[str, str], bytes]


def install(handle: Handle) -> None:
    """Have MiniStack's stacks and state machines run things here."""
    calls = _Calls(handle)
    for kind in (_Cluster(calls), _Definition(calls), _Service(calls)):
        provisioners._RESOURCE_HANDLERS[kind.type] = {
            "create": kind.create,
            "update": kind.update,
            "delete": kind.delete,
        }
    ecs._run_task, ecs._describe_tasks = calls.raw("RunTask"), calls.raw("DescribeTasks")
    runs = stacks._runs_on_worker_thread
    stacks._runs_on_worker_thread = lambda kind: kind == _SERVICE or runs(kind)


@dataclass(frozen=True, slots=True)
class _Calls:
    """ECS's operations; what they refuse is a ValueError, whose message is a resource's reason."""

    handle: Handle

    def raw(self, operation: str) -> Callable[[Mapping[str, Any]], Answer]:
        """An operation as MiniStack's own services call it."""

        def call(params: Mapping[str, Any]) -> Answer:
            headers = {TARGET: f"{PREFIX}{operation}"}
            answer = self.handle(Request("POST", "/", {}, headers, json.dumps(params).encode()))
            return answer.status, dict(answer.headers), answer.body

        return call

    def ask(self, operation: str, params: Mapping[str, Any]) -> Properties:
        shape = service_model(SERVICE).operation_model(operation).input_shape
        unknown = [name for name in params if shape is None or name not in shape.members]
        if unknown:
            raise ValueError(f"The embedded cloud does not execute the property {unknown[0]}.")
        status, _, body = self.raw(operation)(params)
        answer: Properties = json.loads(body)
        if status != 200:
            raise ValueError(f"{answer['__type']}: {answer['message']}")
        return answer


def spelled(operation: str, properties: Properties) -> Properties:
    """Properties as an operation has them."""
    shape = service_model(SERVICE).operation_model(operation).input_shape
    found: Properties = typed(shape, _camel(shape, properties))
    return found


@dataclass(frozen=True, slots=True)
class _Cluster:
    calls: _Calls
    type: str = "AWS::ECS::Cluster"

    def create(self, logical: str, properties: Properties, stack: str) -> Made:
        given = spelled("CreateCluster", properties)
        given.setdefault("clusterName", _name(stack, logical))
        made = self.calls.ask("CreateCluster", given)["cluster"]
        return made["clusterName"], {"Arn": made["clusterArn"]}

    def update(self, name: str, old: Properties, new: Properties, stack: str) -> Made:
        del old
        return self.create(name, {"ClusterName": name, **new}, stack)

    def delete(self, name: str, properties: Properties) -> None:
        del properties
        self.calls.ask("DeleteCluster", {"cluster": name})


@dataclass(frozen=True, slots=True)
class _Definition:
    calls: _Calls
    type: str = "AWS::ECS::TaskDefinition"

    def create(self, logical: str, properties: Properties, stack: str) -> Made:
        given = spelled("RegisterTaskDefinition", properties)
        given.setdefault("family", _name(stack, logical))
        made = self.calls.ask("RegisterTaskDefinition", given)["taskDefinition"]
        return made["taskDefinitionArn"], {"TaskDefinitionArn": made["taskDefinitionArn"]}

    def update(self, arn: str, old: Properties, new: Properties, stack: str) -> Made:
        """The next revision."""
        del old
        family = arn.rpartition("/")[2].partition(":")[0]
        return self.create(family, {"Family": family, **new}, stack)

    def delete(self, arn: str, properties: Properties) -> None:
        del properties
        self.calls.ask("DeregisterTaskDefinition", {"taskDefinition": arn})


@dataclass(frozen=True, slots=True)
class _Service:
    """A service, which a stack waits for: until its deployment has completed or failed."""

    calls: _Calls
    type: str = _SERVICE

    def create(self, logical: str, properties: Properties, stack: str) -> Made:
        given = spelled("CreateService", properties)
        given.setdefault("serviceName", _name(stack, logical))
        return self._settled(self.calls.ask("CreateService", given)["service"])

    def update(self, arn: str, old: Properties, new: Properties, stack: str) -> Made:
        del old, stack
        given = spelled("CreateService", new)
        changed = {name: value for name, value in given.items() if name not in _REPLACING}
        changed.pop("tags", None)
        asked = {**changed, "service": arn, "cluster": _cluster(arn)}
        return self._settled(self.calls.ask("UpdateService", asked)["service"])

    def delete(self, arn: str, properties: Properties) -> None:
        """And wait until its tasks have gone, so that its cluster can."""
        del properties
        found = {"cluster": _cluster(arn), "service": arn, "force": True}
        status = self.calls.ask("DeleteService", found)["service"]["status"]
        while status != "INACTIVE":
            time.sleep(_POLL_SECONDS)
            status = self._described(arn)["status"]

    def _settled(self, service: Properties) -> Made:
        wanted: str = service["deployments"][0]["id"]
        while True:
            found = self._described(service["serviceArn"])
            primary = found["deployments"][0]
            if primary["id"] != wanted or primary["rolloutState"] == "FAILED":
                raise ValueError(f"The deployment {wanted} failed: {found['events'][0]['message']}")
            if primary["rolloutState"] == "COMPLETED":
                arn: str = found["serviceArn"]
                return arn, {"ServiceArn": arn, "Name": found["serviceName"]}
            time.sleep(_POLL_SECONDS)

    def _described(self, arn: str) -> Properties:
        asked = {"cluster": _cluster(arn), "services": [arn]}
        (found,) = self.calls.ask("DescribeServices", asked)["services"]
        service: Properties = found
        return service


def _cluster(arn: str) -> str:
    return arn.split("/")[1]


def _name(stack: str, logical: str) -> str:
    name: str = provisioners._physical_name(stack, logical, max_len=_LONGEST_NAME)
    return name


def _camel(shape: Shape | None, value: Any) -> Any:
    """A value of a template with the names that ECS's API has; what a map's keys are is the
    user's."""
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        named = {name[:1].lower() + name[1:]: each for name, each in value.items()}
        return {name: _camel(shape.members.get(name), each) for name, each in named.items()}
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_camel(shape.member, each) for each in value]
    if isinstance(shape, MapShape) and isinstance(value, Mapping):
        return {name: _camel(shape.value, each) for name, each in value.items()}
    return value
