"""RunTask and its neighbours: what they take, and what they refuse."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.local.ecs.conftest import EXECUTION, LOG, NETWORK, Cloud

Refused = Callable[..., tuple[str, str]]
ROLE = "arn:aws:iam::000000000000:role/task"


def test_overrides_reach_the_container(cloud: Cloud) -> None:
    cloud.define(
        {"entryPoint": ["sh"], "command": ["a"], "environment": [{"name": "A", "value": "1"}]},
        taskRoleArn=ROLE,
    )
    changed = {"name": "main", "command": ["b"], "environment": [{"name": "B", "value": "2"}]}
    arn = cloud.run(overrides={"containerOverrides": [changed], "cpu": "512", "memory": "1024"})
    cloud.tick()
    program = cloud.runner["main"].program
    assert (program.entry_point, program.command) == (["sh"], ["b"])
    assert program.environment == {"ROLE": ROLE, "A": "1", "B": "2"}
    task = cloud.task(arn)
    assert (task["cpu"], task["memory"]) == ("512", "1024")
    assert task["overrides"]["containerOverrides"] == [changed]


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"taskDefinition": "other"}, "ClientException", "TaskDefinition not found."),
        ({"cluster": "other"}, "ClusterNotFoundException", "Cluster not found."),
        ({"launchType": "EC2"}, "InvalidParameterException", "No Container Instances were found"),
        ({"networkConfiguration": {}}, "InvalidParameterException", "must be provided"),
        (
            {"networkConfiguration": {"awsvpcConfiguration": {"subnets": []}}},
            "InvalidParameterException",
            "subnets",
        ),
        ({"count": 11}, "InvalidParameterException", "between 1 and 10"),
        ({"platformVersion": "9.9"}, "InvalidParameterException", "9.9"),
        ({"group": "service:mine"}, "InvalidParameterException", "Invalid namespace"),
        ({"overrides": {"memory": "4096"}}, "ClientException", "No Fargate configuration"),
        (
            {"overrides": {"containerOverrides": [{"name": "x"}]}},
            "InvalidParameterException",
            "named x is not a container",
        ),
        (
            {"capacityProviderStrategy": [{"capacityProvider": "FARGATE"}]},
            "InvalidParameterException",
            "Specifying both a launch type and capacity provider strategy",
        ),
        (
            {"overrides": {"taskRoleArn": "stranger"}},
            "ClientException",
            "unable to assume the role",
        ),
        ({"enableExecuteCommand": True}, "InvalidParameterException", "EnableExecuteCommand"),
    ],
)
def test_what_cannot_run_is_refused(
    cloud: Cloud, refused: Refused, changes: dict[str, Any], code: str, words: str
) -> None:
    cloud.define({})
    cloud.strangers = {"stranger"}
    found, message = refused(lambda: cloud.run(**changes))
    assert found == code
    assert words in message


def test_what_is_not_for_fargate_does_not_run_there(cloud: Cloud, refused: Refused) -> None:
    cloud.define({"memory": 10}, requiresCompatibilities=[])
    assert refused(cloud.run)[1] == "Task definition does not support launch_type FARGATE."


def test_an_inactive_definition_runs_no_more(cloud: Cloud, refused: Refused) -> None:
    cloud.define({})
    cloud.client.deregister_task_definition(taskDefinition="housing:1")
    assert refused(lambda: cloud.run(taskDefinition="housing:1"))[1] == "TaskDefinition is inactive"


def test_a_capacity_provider_may_be_named(cloud: Cloud) -> None:
    cloud.define({})
    strategy = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    network = {"networkConfiguration": NETWORK, "taskDefinition": "housing"}
    found = cloud.client.run_task(capacityProviderStrategy=strategy, **network)["tasks"][0]
    assert (found["capacityProviderName"], found["launchType"]) == ("FARGATE_SPOT", "FARGATE")
    cloud.client.create_cluster(
        clusterName="spot",
        capacityProviders=["FARGATE_SPOT"],
        defaultCapacityProviderStrategy=strategy,
    )
    found = cloud.client.run_task(cluster="spot", **network)["tasks"][0]
    assert found["capacityProviderName"] == "FARGATE_SPOT"


def test_the_same_token_runs_no_second_task(cloud: Cloud, refused: Refused) -> None:
    cloud.define({})
    assert cloud.run(clientToken="t") == cloud.run(clientToken="t")
    assert cloud.run(clientToken="u") != cloud.run(clientToken="t")
    assert refused(lambda: cloud.run(clientToken="t", count=2))[0] == "ConflictException"


def test_tasks_are_listed(cloud: Cloud) -> None:
    cloud.define({})
    first, second = cloud.run(startedBy="me"), cloud.run(group="mine")
    cloud.client.stop_task(task=second)
    listed = cloud.client.list_tasks
    assert listed()["taskArns"] == [first]
    assert listed(desiredStatus="STOPPED")["taskArns"] == [second]
    assert listed(startedBy="you")["taskArns"] == []
    assert listed(family="housing", launchType="FARGATE")["taskArns"] == [first]
    pages = cloud.client.get_paginator("list_tasks").paginate(PaginationConfig={"PageSize": 1})
    assert [page["taskArns"] for page in pages] == [[first]]


def test_tasks_that_are_not_there_are_failures(cloud: Cloud) -> None:
    answer = cloud.client.describe_tasks(tasks=["none"])
    assert answer["tasks"] == []
    arn = "arn:aws:ecs:us-east-1:000000000000:task/default/none"
    assert answer["failures"] == [{"arn": arn, "reason": "MISSING"}]


def test_tags_are_kept_and_passed_on(cloud: Cloud) -> None:
    cloud.define({}, tags=[{"key": "team", "value": "a"}])
    arn = cloud.run(
        propagateTags="TASK_DEFINITION",
        enableECSManagedTags=True,
        tags=[{"key": "x", "value": "y"}],
    )
    cloud.client.tag_resource(resourceArn=arn, tags=[{"key": "x", "value": "z"}])
    (task,) = cloud.client.describe_tasks(tasks=[arn], include=["TAGS"])["tasks"]
    tags = {each["key"]: each["value"] for each in task["tags"]}
    assert tags == {"x": "z", "team": "a", "aws:ecs:clusterName": "default"}
    cloud.client.untag_resource(resourceArn=arn, tagKeys=["x"])
    assert len(cloud.client.list_tags_for_resource(resourceArn=arn)["tags"]) == 2


@pytest.mark.parametrize(
    ("denied", "groups", "options", "words"),
    [
        (set(), set(), {}, "The specified log group does not exist."),
        ({"logs:CreateLogStream"}, {"/ecs/housing"}, {}, "perform: logs:CreateLogStream"),
        ({"logs:CreateLogGroup"}, set(), {"awslogs-create-group": "true"}, "logs:CreateLogGroup"),
    ],
)
def test_a_log_that_cannot_be_written_fails_the_task(
    cloud: Cloud, denied: set[str], groups: set[str], options: dict[str, str], words: str
) -> None:
    cloud.denied, cloud.groups = denied, groups
    log = {**LOG, "options": {**LOG["options"], **options}}
    cloud.define({"logConfiguration": log})
    arn = cloud.run()
    cloud.tick(4)
    reason = cloud.task(arn)["stoppedReason"]
    assert reason.startswith("ResourceInitializationError: failed to validate logger args")
    assert words in reason


def test_secrets_are_told(cloud: Cloud) -> None:
    cloud.secrets = {"/db": "s3cret"}
    cloud.define({"secrets": [{"name": "DB", "valueFrom": "/db"}]})
    cloud.run()
    cloud.tick()
    assert cloud.runner["main"].program.environment["DB"] == "s3cret"


@pytest.mark.parametrize("denied", [set(), {"ssm:GetParameters"}])
def test_a_secret_that_cannot_be_read_fails_the_task(cloud: Cloud, denied: set[str]) -> None:
    cloud.denied = denied
    cloud.define({"secrets": [{"name": "DB", "valueFrom": "/db"}]})
    arn = cloud.run()
    cloud.tick(4)
    task = cloud.task(arn)
    assert task["stopCode"] == "TaskFailedToStart"
    assert "unable to pull secrets" in task["stoppedReason"]
    assert ("parameter/db" in task["stoppedReason"]) == bool(denied)
    assert EXECUTION in task["stoppedReason"] or not denied
