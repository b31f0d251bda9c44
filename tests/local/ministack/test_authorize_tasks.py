"""What the policies must allow for a call to ECS."""

from random import Random
from typing import Any

import pytest
from slipway_local.ecs.service import ECS
from slipway_local.ministack.authorize_tasks import checks

from tests.local.ecs.conftest import Runner

PREFIX = "arn:aws:ecs:us-east-1:000000000000:"
TASK, EXECUTION, OTHER = (f"arn:aws:iam::000000000000:role/{name}" for name in "teo")


def asked(operation: str, **params: object) -> list[tuple[str, str]]:
    ecs = ECS(Runner(), clock=lambda: 0.0, random=Random(7))  # noqa: S311 - it names nothing
    definition = {
        "family": "housing",
        "taskRoleArn": TASK,
        "executionRoleArn": EXECUTION,
        "containerDefinitions": [{"name": "a", "image": "b", "memory": 1}],
    }
    ecs.call("RegisterTaskDefinition", definition)
    made = checks(ecs.account, operation, params)
    return [(check.action, check.resource.removeprefix(PREFIX)) for check in made]


@pytest.mark.parametrize(
    ("operation", "params", "resources"),
    [
        ("ListClusters", {}, ["*"]),
        ("CreateCluster", {"clusterName": "c"}, ["*"]),
        ("DescribeClusters", {"clusters": ["c", f"{PREFIX}cluster/d"]}, ["cluster/c", "cluster/d"]),
        ("DeleteCluster", {"cluster": "c"}, ["cluster/c"]),
        ("DescribeTasks", {"cluster": "c", "tasks": ["1"]}, ["task/c/1"]),
        ("StopTask", {"task": "1"}, ["task/default/1"]),
        ("StopTask", {"task": f"{PREFIX}task/c/1"}, ["task/c/1"]),
        ("DescribeServices", {"services": ["s"]}, ["service/default/s"]),
        ("DeleteService", {"cluster": "c", "service": "s"}, ["service/c/s"]),
        ("TagResource", {"resourceArn": f"{PREFIX}task/c/1", "tags": [{}]}, ["task/c/1"]),
    ],
)
def test_an_action_is_checked_on_its_resources(
    operation: str, params: dict[str, Any], resources: list[str]
) -> None:
    assert asked(operation, **params) == [(f"ecs:{operation}", each) for each in resources]


def test_a_task_is_run_from_its_definition_and_its_roles_are_passed() -> None:
    assert asked("RunTask", taskDefinition="housing", tags=[{"key": "a"}]) == [
        ("ecs:RunTask", "task-definition/housing:1"),
        ("ecs:TagResource", "*"),
        ("iam:PassRole", TASK),
        ("iam:PassRole", EXECUTION),
    ]


def test_an_overriding_role_is_passed_instead() -> None:
    made = asked("RunTask", taskDefinition="housing:1", overrides={"taskRoleArn": OTHER})
    assert made[1:] == [("iam:PassRole", OTHER), ("iam:PassRole", EXECUTION)]


def test_what_is_not_there_is_checked_by_its_name() -> None:
    assert asked("RunTask", taskDefinition="other") == [("ecs:RunTask", "task-definition/other")]


def test_registering_and_serving_pass_roles_too() -> None:
    assert asked("RegisterTaskDefinition", family="f", taskRoleArn=TASK) == [
        ("ecs:RegisterTaskDefinition", "*"),
        ("iam:PassRole", TASK),
    ]
    assert asked("CreateService", serviceName="s", taskDefinition="housing")[1:] == [
        ("iam:PassRole", TASK),
        ("iam:PassRole", EXECUTION),
    ]
