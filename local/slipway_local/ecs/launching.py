"""What a container is told when it starts, and what keeps one from being started."""

from collections.abc import Mapping

from slipway_local.ecs.account import Account, Container, Params, Task
from slipway_local.ecs.running import Program

_MIB = 1024 * 1024
_PULL = "unable to pull secrets or registry auth: execution resource retrieval failed"


class NotStarted(Exception):
    """Why a container cannot be started, as the task's stoppedReason words it."""


def program(account: Account, task: Task, container: Container) -> Program:
    """Raises NotStarted."""
    definition = container.definition
    _check_log(account, task, definition)
    return Program(
        task=task.id,
        name=container.name,
        image=definition["image"],
        entry_point=definition.get("entryPoint", ()),
        command=definition.get("command", ()),
        environment=_environment(account, task, definition),
        address=task.address,
        memory=bound(task, container),
        ports=_ports(container),
        reach=[port for each in task.containers for port in _ports(each)],
        folder=definition.get("workingDirectory"),
        mounts={each["containerPath"]: each["sourceVolume"] for each in definition["mountPoints"]},
    )


def bound(task: Task, container: Container) -> int:
    """The bytes of memory that a container may take."""
    return int(container.definition.get("memory") or task.asked["memory"]) * _MIB


def _ports(container: Container) -> list[int]:
    return [each["containerPort"] for each in container.definition["portMappings"]]


def stream(task: Task, container: Container) -> tuple[str, str] | None:
    """The log group and stream of a container; None without awslogs."""
    options = container.definition.get("logConfiguration", {}).get("options")
    if not options:
        return None
    prefix = options["awslogs-stream-prefix"]
    return options["awslogs-group"], f"{prefix}/{container.name}/{task.id}"


def _environment(account: Account, task: Task, definition: Params) -> Mapping[str, str]:
    given = {each["name"]: each.get("value", "") for each in definition["environment"]}
    secrets = {
        each["name"]: _secret(account, task, each["valueFrom"])
        for each in definition.get("secrets", ())
    }
    told = account.credentials(task.asked["taskRoleArn"], task.id)
    return {**told, **given, **secrets}


def _secret(account: Account, task: Task, source: str) -> str:
    action = (
        "secretsmanager:GetSecretValue" if ":secretsmanager:" in source else "ssm:GetParameters"
    )
    parameter = f"arn:aws:ssm:{account.region}:{account.id}:parameter/{source.lstrip('/')}"
    arn = ":".join(source.split(":")[:7]) if source.startswith("arn:") else parameter
    _need(account, task, action, arn, _PULL)
    value = account.secret(source)
    if value is None:
        raise NotStarted(
            f"ResourceInitializationError: {_PULL}: unable to retrieve secret from {source}: "
            "ResourceNotFoundException: it is not there."
        )
    return value


def _check_log(account: Account, task: Task, definition: Params) -> None:
    options = definition.get("logConfiguration", {}).get("options")
    if not options:
        return
    group = options["awslogs-group"]
    arn = f"arn:aws:logs:{account.region}:{account.id}:log-group:{group}"
    doing = "failed to validate logger args: create stream has been retried 1 times"
    if options.get("awslogs-create-group") == "true":
        _need(account, task, "logs:CreateLogGroup", f"{arn}:*", doing)
    elif not account.has_group(group):
        raise NotStarted(
            f"ResourceInitializationError: {doing}: failed to create Cloudwatch log stream: "
            "ResourceNotFoundException: The specified log group does not exist. : exit status 1"
        )
    for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
        _need(account, task, action, f"{arn}:log-stream:*", doing)


def _need(account: Account, task: Task, action: str, resource: str, doing: str) -> None:
    """Raises NotStarted where the task's execution role may not."""
    role = task.asked["executionRoleArn"]
    if not account.may(role or "", action, resource):
        raise NotStarted(
            f"ResourceInitializationError: {doing}: AccessDeniedException: "
            f"{role or 'no execution role'} is not authorized to perform: {action} on resource: "
            f"{resource}"
        )
