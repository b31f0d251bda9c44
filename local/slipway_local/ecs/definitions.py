"""Task definitions: registered in revisions, described, listed, deregistered."""

from collections.abc import Iterator

from slipway_local.ecs import dependencies, fargate, tags
from slipway_local.ecs.account import Account, Definition, Operations, Params
from slipway_local.ecs.errors import client, named
from slipway_local.ecs.listing import page

_FARGATE = "FARGATE"
_EMPTY: Params = {"environment": [], "mountPoints": [], "volumesFrom": [], "portMappings": []}


def register(account: Account, params: Params) -> Params:
    """Raises Refusal."""
    body = _normal(params)
    _check(body)
    if _FARGATE in body.get("requiresCompatibilities", ()):
        fargate.check(body)
    revisions = account.definitions.setdefault(named(params["family"], "a family"), [])
    number = len(revisions) + 1
    arn = account.arn("task-definition", f"{params['family']}:{number}")
    registered = {"registeredAt": account.clock(), "registeredBy": _root(account)}
    found = Definition(params["family"], number, arn, {**body, **registered})
    revisions.append(found)
    tags.give(account, arn, params)
    return {"taskDefinition": described(found), "tags": account.tags[arn]}


def describe(account: Account, params: Params) -> Params:
    found = find(account, params["taskDefinition"], "Unable to describe task definition.")
    shown = {"tags": account.tags[found.arn]} if "TAGS" in params.get("include", ()) else {}
    return {"taskDefinition": described(found), **shown}


def deregister(account: Account, params: Params) -> Params:
    """Tasks and services that use it go on."""
    reference = params["taskDefinition"]
    if ":" not in reference.rpartition("/")[2]:
        raise client(f"Invalid revision number. Number: {reference}")
    found = find(account, reference, "The specified task definition does not exist.")
    found.status = "INACTIVE"
    found.body["deregisteredAt"] = account.clock()
    return {"taskDefinition": described(found)}


def list_definitions(account: Account, params: Params) -> Params:
    prefix, status = params.get("familyPrefix"), params.get("status", "ACTIVE")
    found = [
        each.arn
        for each in _all(account)
        if each.status == status and (prefix is None or each.family == prefix)
    ]
    if params.get("sort") == "DESC":
        found.reverse()
    return page("taskDefinitionArns", found, params)


def list_families(account: Account, params: Params) -> Params:
    prefix, status = params.get("familyPrefix", ""), params.get("status", "ALL")
    families = {
        each.family
        for each in _all(account)
        if each.family.startswith(prefix) and status in ("ALL", each.status)
    }
    return page("families", sorted(families), params)


def find(
    account: Account, reference: str, message: str = "TaskDefinition not found."
) -> Definition:
    """The definition of an ARN, `family:revision`, or the newest active one of a family. Raises
    Refusal."""
    family, _, number = reference.rpartition("/")[2].partition(":")
    for each in reversed(account.definitions.get(family, [])):
        if number == str(each.revision) or (not number and each.status == "ACTIVE"):
            return each
    raise client(message)


def described(definition: Definition) -> Params:
    """As the API describes it."""
    return {
        "taskDefinitionArn": definition.arn,
        "revision": definition.revision,
        "status": definition.status,
        **definition.body,
    }


def _normal(params: Params) -> Params:
    """What was asked for, with ECS's defaults."""
    asked = {key: value for key, value in params.items() if key != "tags"}
    wanted = asked.get("requiresCompatibilities", [])
    sizes: Params = {
        each: fargate.sized(asked[each], each) for each in ("cpu", "memory") if each in asked
    }
    mode = asked.get("networkMode", "bridge")
    containers = [_container(each, mode) for each in asked["containerDefinitions"]]
    return {
        "volumes": [],
        "placementConstraints": [],
        **asked,
        **sizes,
        "networkMode": mode,
        "containerDefinitions": containers,
        "compatibilities": ["EC2", *([_FARGATE] if _FARGATE in wanted else [])],
    }


def _container(asked: Params, mode: str) -> Params:
    for member in ("name", "image"):
        if not asked.get(member):
            raise client(f"Container.{member} should not be null or empty.")
    found: Params = {"cpu": 0, "essential": True, "systemControls": [], **_EMPTY, **asked}
    for each in found["portMappings"]:
        if "containerPort" not in each:
            raise client(f"containerPort of container {found['name']!r} should not be null.")
    found["portMappings"] = [_port(each, mode) for each in found["portMappings"]]
    if "healthCheck" in found:
        checks = {"interval": 30, "timeout": 5, "retries": 3}
        found["healthCheck"] = {**checks, **found["healthCheck"]}
    return found


def _port(asked: Params, mode: str) -> Params:
    host = asked["containerPort"] if mode == "awsvpc" else 0
    return {"hostPort": host, "protocol": "tcp", **asked}


def _check(body: Params) -> None:
    containers = body["containerDefinitions"]
    names = [named(each["name"], "a container") for each in containers]
    if not containers:
        raise client("TaskDefinition must contain at least one container definition.")
    if len({*names}) < len(names):
        raise client("Container names in a task definition must be unique.")
    if not any(each["essential"] for each in containers):
        raise client("A task definition must have at least one essential container.")
    _check_sizes(body)
    _check_volumes(body)
    for each in containers:
        _check_health(each)
    dependencies.check(containers)


def _check_sizes(body: Params) -> None:
    containers = body["containerDefinitions"]
    for member in ("cpu", "memory"):
        total = sum(each.get(member, 0) for each in containers)
        if member in body and total > int(body[member]):
            raise client(
                f"Invalid setting for containers: their {member} comes to {total}, and the task's "
                f"is {body[member]}."
            )
    for each in containers:
        if not {"memory", "memoryReservation"} & {*each} and "memory" not in body:
            raise client(
                f"Invalid setting for container '{each['name']}'. At least one of 'memory' or "
                "'memoryReservation' must be specified."
            )


def _check_volumes(body: Params) -> None:
    known = {named(str(volume.get("name", "")), "a volume") for volume in body["volumes"]}
    for container in body["containerDefinitions"]:
        for mount in container["mountPoints"]:
            if not str(mount.get("containerPath", "")).startswith("/"):
                raise client(
                    f"containerPath of container '{container['name']}' is "
                    f"{mount.get('containerPath')!r}: give an absolute path."
                )
            if mount.get("sourceVolume") not in known:
                raise client(
                    f"Unknown volume '{mount.get('sourceVolume')}' in container "
                    f"'{container['name']}': name it in volumes."
                )


def _check_health(container: Params) -> None:
    checks = container.get("healthCheck")
    if checks is None:
        return
    bounds = {"interval": (5, 300), "timeout": (2, 60), "retries": (1, 10), "startPeriod": (0, 300)}
    for member, (low, high) in bounds.items():
        if not low <= checks.get(member, low) <= high:
            raise client(
                f"healthCheck.{member} of container '{container['name']}' is {checks[member]}, "
                f"and must be between {low} and {high}."
            )
    if not checks["command"] or checks["command"][0] not in ("CMD", "CMD-SHELL", "NONE"):
        raise client(
            f"healthCheck.command of container '{container['name']}' must begin with CMD, "
            "CMD-SHELL or NONE."
        )


def _all(account: Account) -> Iterator[Definition]:
    for family in sorted(account.definitions):
        yield from account.definitions[family]


def _root(account: Account) -> str:
    return f"arn:aws:iam::{account.id}:root"


OPERATIONS: Operations = {
    "RegisterTaskDefinition": register,
    "DescribeTaskDefinition": describe,
    "DeregisterTaskDefinition": deregister,
    "ListTaskDefinitions": list_definitions,
    "ListTaskDefinitionFamilies": list_families,
}
