"""Who may call ECS: its actions and resources, judged by MiniStack's policy evaluator.

Source: "Actions, resources, and condition keys for Amazon Elastic Container Service", Service
Authorization Reference.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from slipway_local.ecs.account import Account, Definition
from slipway_local.ecs.definitions import find
from slipway_local.ecs.wire import operation_of
from slipway_local.ministack.authorize import Check, denial, params_of
from slipway_local.sagemaker.errors import Refusal
from slipway_local.sagemaker.wire import Request, Response

_ROLES = ("taskRoleArn", "executionRoleArn")
_PASSED = {"iam:PassedToService": "ecs-tasks.amazonaws.com"}
# The parameter that names the resource of an action, and its kind.
_NAMED = {
    "DeleteCluster": ("cluster", "cluster"),
    "PutClusterCapacityProviders": ("cluster", "cluster"),
    "DescribeClusters": ("clusters", "cluster"),
    "DescribeTasks": ("tasks", "task"),
    "StopTask": ("task", "task"),
    "CreateService": ("serviceName", "service"),
    "UpdateService": ("service", "service"),
    "DeleteService": ("service", "service"),
    "DescribeServices": ("services", "service"),
    "ListServiceDeployments": ("service", "service"),
    "DescribeServiceDeployments": ("serviceDeploymentArns", "service-deployment"),
    "StopServiceDeployment": ("serviceDeploymentArn", "service-deployment"),
    "DescribeServiceRevisions": ("serviceRevisionArns", "service-revision"),
    "TagResource": ("resourceArn", ""),
    "UntagResource": ("resourceArn", ""),
    "ListTagsForResource": ("resourceArn", ""),
}
_IN_CLUSTERS = ("task", "service")


def refusing(account: Account) -> Callable[[Request], Response | None]:
    """A function that gives the AccessDeniedException for a request, None when its caller may."""

    def refusal(request: Request) -> Response | None:
        operation = operation_of(request)
        if operation is None:
            return None
        return denial(request, checks(account, operation, params_of(request)))

    return refusal


def checks(account: Account, operation: str, params: Mapping[str, Any]) -> Iterator[Check]:
    """What the policies must allow: the action on each resource, tags, the roles handed on."""
    action, context = f"ecs:{operation}", _context(account, params)
    definition = _definition(account, params) if "taskDefinition" in params else None
    if operation == "RunTask":
        arn = definition.arn if definition else _arn(account, "task-definition", params)
        yield Check(action, arn, context)
    else:
        for resource in _resources(account, operation, params):
            yield Check(action, resource, context)
    if params.get("tags") and operation != "TagResource":
        yield Check("ecs:TagResource", "*", context)
    for role in _roles(operation, params, definition):
        yield Check("iam:PassRole", role, _PASSED)


def _resources(account: Account, operation: str, params: Mapping[str, Any]) -> Iterator[str]:
    name, kind = _NAMED.get(operation, ("", ""))
    given = params.get(name)
    if given is None:
        yield "*"
        return
    for each in given if isinstance(given, list) else [given]:
        yield str(each) if str(each).startswith("arn:") else _named(account, kind, each, params)


def _named(account: Account, kind: str, name: str, params: Mapping[str, Any]) -> str:
    cluster = str(params.get("cluster", "default")).rpartition("/")[2]
    return account.arn(kind, *((cluster, name) if kind in _IN_CLUSTERS else (name,)))


def _arn(account: Account, kind: str, params: Mapping[str, Any]) -> str:
    return account.arn(kind, str(params["taskDefinition"]).rpartition("/")[2])


def _context(account: Account, params: Mapping[str, Any]) -> Mapping[str, Any]:
    cluster = params.get("cluster")
    name = str(cluster or "default").rpartition("/")[2]
    return {"ecs:cluster": account.arn("cluster", name)}


def _definition(account: Account, params: Mapping[str, Any]) -> Definition | None:
    with account.lock:
        try:
            return find(account, str(params["taskDefinition"]))
        except Refusal:
            return None


def _roles(
    operation: str, params: Mapping[str, Any], definition: Definition | None
) -> Iterator[str]:
    """The roles that the request hands on to tasks."""
    if operation == "RegisterTaskDefinition":
        given = params
    elif operation in ("RunTask", "CreateService", "UpdateService"):
        overrides = params.get("overrides")
        own = definition.body if definition else {}
        given = {**own, **(overrides if isinstance(overrides, dict) else {})}
    else:
        return
    for name in _ROLES:
        if given.get(name):
            yield str(given[name])
