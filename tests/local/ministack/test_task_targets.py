"""What RunTask is asked for a target of a rule or a schedule."""

import json

from slipway_local.ministack.task_targets import request

CLUSTER = "arn:aws:ecs:us-east-1:000000000000:cluster/c"
DEFINITION = "arn:aws:ecs:us-east-1:000000000000:task-definition/d:1"


def test_parameters_are_spelled_as_ecs_spells_them() -> None:
    parameters = {
        "TaskDefinitionArn": DEFINITION,
        "TaskCount": 2,
        "LaunchType": "FARGATE",
        "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": ["s"]}},
        "Tags": [{"Key": "a", "Value": "b"}],
    }
    assert request({"Arn": CLUSTER, "EcsParameters": parameters}) == {
        "cluster": CLUSTER,
        "taskDefinition": DEFINITION,
        "count": 2,
        "launchType": "FARGATE",
        "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["s"]}},
        "tags": [{"key": "a", "value": "b"}],
    }


def test_its_input_is_the_tasks_overrides() -> None:
    overrides = {"containerOverrides": [{"name": "main", "command": ["x"]}]}
    target = {"Arn": CLUSTER, "EcsParameters": {"TaskDefinitionArn": DEFINITION}}
    asked = request({**target, "Input": json.dumps(overrides)})
    assert (asked["overrides"], asked["count"]) == (overrides, 1)
