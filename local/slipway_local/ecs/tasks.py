"""Tasks: run, stopped, described, listed."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from slipway_local.ecs import clusters, definitions, describing, fargate, stopping, tags
from slipway_local.ecs.account import (
    Account,
    Cluster,
    Container,
    Definition,
    Operations,
    Params,
    Task,
)
from slipway_local.ecs.errors import client, invalid
from slipway_local.ecs.listing import page
from slipway_local.sagemaker.errors import Refusal

_FARGATE = ("FARGATE", "FARGATE_SPOT")
_MOST = 10
_PLATFORMS = ("LATEST", "1.4.0", "1.3.0")
_KEPT = ("group", "startedBy", "networkConfiguration", "overrides", "propagateTags")
_USER = "UserInitiated"


def run(account: Account, params: Params) -> Params:
    """RunTask; the same token again gives the same tasks."""
    token = params.get("clientToken")
    if token not in account.tokens:
        arns = _run(account, params)
        if token is None:
            return _answer(account, arns)
        account.tokens[token] = params, arns
    asked, arns = account.tokens[token]
    if asked != params:
        raise Refusal(
            "ConflictException",
            f"clientToken {token!r} was used with other parameters: give another one.",
            fields={"resourceIds": [*arns]},
        )
    return _answer(account, arns)


def _answer(account: Account, arns: Sequence[str]) -> Params:
    known = [account.tasks[arn] for arn in arns if arn in account.tasks]
    found = [describing.task(account, each) for each in known]
    return {"tasks": found, "failures": []}


def _run(account: Account, params: Params) -> Sequence[str]:
    cluster = clusters.find(account, params.get("cluster"))
    definition = definitions.find(account, params["taskDefinition"])
    asked = placed(account, cluster, definition, params)
    count = params.get("count", 1)
    if not 1 <= count <= _MOST:
        raise invalid(f"count is {count}, and must be between 1 and {_MOST}.")
    if str(asked.get("group", "")).startswith("service:"):
        raise invalid("Invalid namespace for group.")
    found = [begin(account, cluster.name, definition, asked) for _ in range(count)]
    for each in found:
        tag(account, each, params)
    return [each.arn for each in found]


def placed(account: Account, cluster: Cluster, definition: Definition, params: Params) -> Params:
    """What a task is asked to be, once it is known that it can be placed. Raises Refusal."""
    if definition.status != "ACTIVE":
        raise client("TaskDefinition is inactive")
    provider = _provider(cluster, params)
    if "FARGATE" not in definition.body.get("requiresCompatibilities", ()):
        raise invalid("Task definition does not support launch_type FARGATE.")
    network = params.get("networkConfiguration", {}).get("awsvpcConfiguration")
    if network is None:
        raise invalid(
            "Network Configuration must be provided when networkMode 'awsvpc' is specified."
        )
    if not network["subnets"]:
        raise invalid("subnets can not be empty.")
    asked = {key: params[key] for key in _KEPT if key in params}
    sizes = _sizes(account, definition, params.get("overrides", {}))
    version = _platform(params.get("platformVersion", "LATEST"))
    return {**asked, **sizes, "platformVersion": version, "capacityProvider": provider}


def _provider(cluster: Cluster, params: Params) -> str | None:
    """The capacity provider where a strategy names one; None for a launch type."""
    strategy = params.get("capacityProviderStrategy")
    if strategy and "launchType" in params:
        raise invalid(
            "Specifying both a launch type and capacity provider strategy is not supported. "
            "Remove one and try again."
        )
    if not strategy and "launchType" not in params:
        strategy = cluster.body["defaultCapacityProviderStrategy"]
    if not strategy:
        if params.get("launchType", "EC2") != "FARGATE":
            raise invalid("No Container Instances were found in your cluster.")
        return None
    name = str(max(strategy, key=lambda each: each.get("weight", 0))["capacityProvider"])
    if name not in _FARGATE:
        raise invalid(f"The specified capacity provider {name} was not found.")
    return name


def _platform(asked: str) -> str:
    if asked not in _PLATFORMS:
        raise invalid(f"The platform version is {asked!r}: give one of {', '.join(_PLATFORMS)}.")
    return "1.4.0" if asked == "LATEST" else asked


def _sizes(account: Account, definition: Definition, overrides: Params) -> Params:
    """CPU and memory of the task, and who it is."""
    body = definition.body
    sizes: Params = {
        each: fargate.sized(overrides.get(each) or body[each], each) for each in ("cpu", "memory")
    }
    fargate.check({**body, **sizes})
    known = {each["name"] for each in body["containerDefinitions"]}
    for each in overrides.get("containerOverrides", ()):
        if each.get("name") not in known:
            raise invalid(
                f"Override for container named {each.get('name')} is not a container in the "
                "TaskDefinition."
            )
    return {**sizes, **_roles(account, body, overrides)}


def _roles(account: Account, body: Params, overrides: Params) -> Params:
    roles = {
        each: overrides.get(each, body.get(each)) for each in ("taskRoleArn", "executionRoleArn")
    }
    for role in roles.values():
        if role and not account.has_role(role):
            raise client(
                "ECS was unable to assume the role that was provided for this task. Please verify "
                "that the role being passed has the proper trust relationship and permissions: "
                f"{role} must exist and trust ecs-tasks.amazonaws.com."
            )
    return roles


def begin(
    account: Account,
    cluster: str,
    definition: Definition,
    asked: Params,
    deployment: str | None = None,
) -> Task:
    """A new task, which starts with the next ticks."""
    number = account.fresh_id()
    found = Task(
        id=number,
        arn=account.arn("task", cluster, number),
        cluster=cluster,
        definition=definition,
        asked=asked,
        containers=_containers(account, definition, asked, (cluster, number)),
        address=account.runner.address(),
        attachment=_uuid(account),
        interface=f"eni-{account.fresh_id(17)}",
        created=account.clock(),
        deployment=deployment,
    )
    network = asked["networkConfiguration"]["awsvpcConfiguration"]
    account.plug(found.interface, found.address, network)
    account.tasks[found.arn] = found
    account.tags[found.arn] = []
    describing.tell(account, found)
    return found


def _containers(
    account: Account, definition: Definition, asked: Params, place: tuple[str, str]
) -> Sequence[Container]:
    given = asked.get("overrides", {}).get("containerOverrides", ())
    overrides: Params = {each["name"]: each for each in given}
    return [
        Container(
            account.arn("container", *place, _uuid(account)),
            _overridden(each, overrides.get(each["name"], {})),
        )
        for each in definition.body["containerDefinitions"]
    ]


def _overridden(definition: Params, override: Params) -> Params:
    environment = {each["name"]: each for each in definition["environment"]}
    environment |= {each["name"]: each for each in override.get("environment", ())}
    given = {key: value for key, value in override.items() if key != "environment"}
    return {**definition, **given, "environment": [*environment.values()]}


def tag(account: Account, task: Task, params: Params, service: str = "") -> None:
    """Give a new task the tags that it is asked for with, or that its definition or service has."""
    source = {"TASK_DEFINITION": task.definition.arn, "SERVICE": service}
    tags.give(account, task.arn, params)
    account.tags[task.arn] += account.tags.get(source.get(params.get("propagateTags", ""), ""), [])
    if params.get("enableECSManagedTags"):
        account.tags[task.arn].append({"key": "aws:ecs:clusterName", "value": task.cluster})


def _uuid(account: Account) -> str:
    return str(UUID(int=account.random.getrandbits(128), version=4))


def stop(account: Account, params: Params) -> Params:
    """StopTask; a task that is stopped already stays as it is."""
    cluster = clusters.find(account, params.get("cluster"))
    found = _find(account, cluster.name, params["task"])
    if found is None:
        raise invalid("The referenced task was not found.")
    stopping.begin(account, found, _USER, params.get("reason", "Task stopped by user"))
    return {"task": describing.task(account, found)}


def describe(account: Account, params: Params) -> Params:
    cluster = clusters.find(account, params.get("cluster"))
    found, failures = [], []
    for reference in params["tasks"]:
        task = _find(account, cluster.name, reference)
        if task is None:
            arn = account.arn("task", cluster.name, reference.rpartition("/")[2])
            failures.append({"arn": arn, "reason": "MISSING"})
        else:
            shown = account.tags[task.arn] if "TAGS" in params.get("include", ()) else []
            found.append(describing.task(account, task) | {"tags": shown})
    return {"tasks": found, "failures": failures}


def list_tasks(account: Account, params: Params) -> Params:
    cluster = clusters.find(account, params.get("cluster"))
    found = [
        each.arn
        for each in account.tasks.values()
        if each.cluster == cluster.name and all(_matches(each, params))
    ]
    return page("taskArns", found, params)


def _matches(task: Task, params: Params) -> Iterator[bool]:
    yield task.desired == params.get("desiredStatus", "RUNNING")
    wanted: Sequence[tuple[str, Any]] = (
        ("family", task.definition.family),
        ("startedBy", task.asked.get("startedBy")),
        ("serviceName", task.group.removeprefix("service:")),
        ("launchType", "FARGATE"),
    )
    for name, value in wanted:
        yield params.get(name, value) == value


def _find(account: Account, cluster: str, reference: str) -> Task | None:
    return account.tasks.get(account.arn("task", cluster, reference.rpartition("/")[2]))


OPERATIONS: Operations = {
    "RunTask": run,
    "StopTask": stop,
    "DescribeTasks": describe,
    "ListTasks": list_tasks,
}
