"""Tasks of a deployment, on ECS with Fargate."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from slipway.adapters.faults import code_of, message_of, translated, unless
from slipway.domain.errors import AccountFault, Refused
from slipway.domain.task import Program, Sight
from slipway.task_ports import Place

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

CONTAINER = "task"
MOST_LINES = 10_000
# ECS says of roles and networks only by its words that they are the account's.
ACCOUNTS = (
    "role",
    "subnet",
    "security group",
    "cluster not found",
    "capacity",
    "service linked",
    "blocked",
)
NO_CLUSTER = "ClusterNotFoundException"
REFUSALS = (NO_CLUSTER, "BlockedException", "ClientException", "InvalidParameterException")
STATUSES = ("RUNNING", "STOPPED")
STOPPING = "STOPPED"  # what is desired of a task that is asked to stop


class ECSTasks:
    """Implements task_ports.Fargate."""

    def __init__(self, session: boto3.Session, place: Place) -> None:
        self._session, self._place = session, place

    @cached_property
    def _client(self) -> Any:  # noqa: ANN401 - boto3's
        return self._session.client("ecs")

    @cached_property
    def _logs(self) -> "CloudWatchLogsClient":
        return self._session.client("logs")

    def has_network(self) -> bool:
        return bool(self._place.subnets)

    def find(self, arn: str) -> Sight | None:
        with translated(), unless(NO_CLUSTER):
            found = self._client.describe_tasks(cluster=self._place.cluster, tasks=[arn])
            return next(map(_sight, found["tasks"]), None)
        return None

    def started(self, token: str) -> str:
        for status in STATUSES:
            with translated():
                found = self._client.list_tasks(
                    cluster=self._place.cluster, startedBy=token, desiredStatus=status
                )
            if found["taskArns"]:
                return str(found["taskArns"][0])
        return ""

    def define(self, family: str, program: Program) -> str:
        with translated(), _refusals():
            made = self._client.register_task_definition(
                family=family,
                requiresCompatibilities=["FARGATE"],
                networkMode="awsvpc",
                cpu=str(program.cpu),
                memory=str(program.memory_mb),
                taskRoleArn=self._place.role,
                executionRoleArn=self._place.execution_role,
                containerDefinitions=[self._container(family, program)],
            )
        return str(made["taskDefinition"]["taskDefinitionArn"])

    def _container(self, family: str, program: Program) -> Any:  # noqa: ANN401 - boto3's
        told = program.environment
        options = {
            "awslogs-group": self._place.log_group,
            "awslogs-region": self._session.region_name,
            "awslogs-stream-prefix": family,
        }
        return {
            "name": CONTAINER,
            "image": program.image,
            "essential": True,
            "environment": [{"name": name, "value": told[name]} for name in sorted(told)],
            "logConfiguration": {"logDriver": "awslogs", "options": options},
            **({"command": [*program.command]} if program.command else {}),
        }

    def start(self, definition: str, token: str) -> str:
        network = {"subnets": [*self._place.subnets], "assignPublicIp": "DISABLED"}
        groups = {"securityGroups": [*self._place.security_groups]}
        configuration: Any = {**network, **(groups if self._place.security_groups else {})}
        with translated(), _refusals():
            begun = self._client.run_task(
                cluster=self._place.cluster,
                taskDefinition=definition,
                launchType="FARGATE",
                count=1,
                clientToken=token,
                startedBy=token,
                networkConfiguration={"awsvpcConfiguration": configuration},
            )
        if not begun["tasks"]:
            raise _refusal("; ".join(each.get("reason", "") for each in begun["failures"]))
        return str(begun["tasks"][0]["taskArn"])

    def stop(self, arn: str, reason: str) -> None:
        with translated(), unless("InvalidParameterException"):
            self._client.stop_task(cluster=self._place.cluster, task=arn, reason=reason)

    def retire(self, family: str) -> None:
        with translated():
            pages = self._client.get_paginator("list_task_definitions").paginate(
                familyPrefix=family, status="ACTIVE"
            )
            for arn in [arn for page in pages for arn in page["taskDefinitionArns"]]:
                self._client.deregister_task_definition(taskDefinition=arn)

    def lines(self, family: str, arn: str) -> list[str]:
        stream = f"{family}/{CONTAINER}/{arn.rpartition('/')[2]}"
        with translated(), unless("ResourceNotFoundException"):
            pages = self._logs.get_paginator("filter_log_events").paginate(
                logGroupName=self._place.log_group,
                logStreamNames=[stream],
                PaginationConfig={"MaxItems": MOST_LINES},
            )
            return [event["message"] for page in pages for event in page["events"]]
        return []


def _sight(task: Mapping[str, Any]) -> Sight:
    container, ended = task["containers"][0], task.get("stoppedAt")
    reasons = (task.get("stoppedReason", ""), container.get("reason", ""))
    return Sight(
        task["taskArn"],
        task["lastStatus"],
        container.get("exitCode"),
        "; ".join(dict.fromkeys(filter(None, reasons))),
        ended.timestamp() if ended else 0.0,
        task["desiredStatus"] == STOPPING,
    )


@contextmanager
def _refusals() -> Iterator[None]:
    """ECS's refusals, told apart: what is the account's is no task's fault."""
    try:
        yield
    except ClientError as error:
        if code_of(error) not in REFUSALS:
            raise
        raise _refusal(message_of(error)) from error


def _refusal(message: str) -> AccountFault | Refused:
    accounts = any(word in message.lower() for word in ACCOUNTS)
    return (AccountFault if accounts else Refused)(message)
