"""Task definitions, and what of them is refused."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.local.ecs.conftest import LOG, Cloud

Refused = Callable[..., tuple[str, str]]


def test_revisions_are_counted_and_found(cloud: Cloud) -> None:
    assert cloud.define({})["revision"] == 1
    arn = cloud.define({"command": ["serve"]})["taskDefinitionArn"]
    assert arn == "arn:aws:ecs:us-east-1:000000000000:task-definition/housing:2"
    for reference in ("housing", "housing:2", arn):
        found = cloud.client.describe_task_definition(taskDefinition=reference)["taskDefinition"]
        assert found["containerDefinitions"][0]["command"] == ["serve"]
    assert (
        len(cloud.client.list_task_definitions(familyPrefix="housing")["taskDefinitionArns"]) == 2
    )


def test_defaults_are_described(cloud: Cloud) -> None:
    found = cloud.define(
        {"portMappings": [{"containerPort": 80}], "healthCheck": {"command": ["CMD", "x"]}}
    )
    (container,) = found["containerDefinitions"]
    assert container["essential"]
    assert container["portMappings"] == [{"containerPort": 80, "hostPort": 80, "protocol": "tcp"}]
    assert container["healthCheck"]["interval"] == 30
    assert found["compatibilities"] == ["EC2", "FARGATE"]


def test_what_is_deregistered_is_not_found_by_its_family(cloud: Cloud, refused: Refused) -> None:
    cloud.define({})
    gone = cloud.client.deregister_task_definition(taskDefinition="housing:1")["taskDefinition"]
    assert gone["status"] == "INACTIVE"
    code, message = refused(lambda: cloud.client.describe_task_definition(taskDefinition="housing"))
    assert (code, message) == ("ClientException", "Unable to describe task definition.")
    assert cloud.client.list_task_definition_families(status="ACTIVE")["families"] == []
    found = cloud.client.describe_task_definition(taskDefinition="housing:1")["taskDefinition"]
    assert found["status"] == "INACTIVE"


@pytest.mark.parametrize(
    ("cpu", "memory", "sizes"),
    [("1 vCPU", "2 GB", ("1024", "2048")), (".25 vcpu", "0.5GB", None), ("16384", "32GB", ())],
)
def test_sizes_may_have_units(
    cloud: Cloud, refused: Refused, cpu: str, memory: str, sizes: tuple[str, str] | None
) -> None:
    if sizes is None:
        code, message = refused(lambda: cloud.define({}, cpu=cpu, memory=memory))
        assert (code, "cpu" in message) == ("ClientException", True)
        return
    found = cloud.define({}, cpu=cpu, memory=memory)
    assert (found["cpu"], found["memory"]) == (sizes or ("16384", "32768"))


@pytest.mark.parametrize(
    ("changes", "container", "words"),
    [
        ({"cpu": "256", "memory": "4096"}, {}, "No Fargate configuration exists for given values"),
        ({"cpu": "300", "memory": "512"}, {}, "300 CPU, 512 memory"),
        ({"networkMode": "bridge"}, {}, "Fargate only supports network mode"),
        ({"networkMode": "host"}, {}, "Fargate only supports network mode"),
        ({"executionRoleArn": ""}, {"logConfiguration": LOG}, "to support log driver awslogs"),
        (
            {"executionRoleArn": ""},
            {"image": "1.dkr.ecr.us-east-1.amazonaws.com/a:1"},
            "to support ECR images",
        ),
        ({}, {"logConfiguration": {"logDriver": "splunk"}}, "Log driver 'splunk'"),
        ({}, {"logConfiguration": {"logDriver": "awslogs", "options": {}}}, "awslogs-group"),
        ({}, {"portMappings": [{"containerPort": 80, "hostPort": 81}]}, "must match"),
        (
            {},
            {"logConfiguration": {**LOG, "options": {**LOG["options"], "awslogs-format": "x"}}},
            "awslogs-format",
        ),
        ({}, {"portMappings": [{"containerPort": 80, "protocol": "udp"}]}, "use tcp"),
        ({"runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}}, {}, "LINUX"),
        ({}, {"stopTimeout": 121}, "at most 120"),
        ({"ephemeralStorage": {"sizeInGiB": 20}}, {}, "from 21 to 200"),
        ({"volumes": [{"name": "v", "host": {"sourcePath": "/etc"}}]}, {}, "sourcePath"),
        ({}, {"essential": False}, "at least one essential container"),
        ({}, {"memory": 1024}, "comes to 1024"),
        ({}, {"mountPoints": [{"sourceVolume": "v", "containerPath": "/v"}]}, "Unknown volume"),
        ({}, {"healthCheck": {"command": ["curl"]}}, "must begin with CMD"),
        ({}, {"healthCheck": {"command": ["CMD"], "interval": 1}}, "healthCheck.interval"),
        ({}, {"dependsOn": [{"containerName": "x", "condition": "START"}]}, "depends on 'x'"),
        ({}, {"dependsOn": [{"containerName": "main", "condition": "START"}]}, "Cyclic"),
        ({}, {"dependsOn": [{"containerName": "main", "condition": "HEALTHY"}]}, "health check"),
        ({}, {"dependsOn": [{"containerName": "main", "condition": "SUCCESS"}]}, "is essential"),
        ({"containerDefinitions": []}, {}, "at least one container"),
    ],
)
def test_what_does_not_fit_is_refused(
    cloud: Cloud,
    refused: Refused,
    changes: dict[str, Any],
    container: dict[str, Any],
    words: str,
) -> None:
    code, message = refused(lambda: cloud.define(container, **changes))
    assert code == "ClientException"
    assert words in message


def test_names_of_containers_are_unique(cloud: Cloud, refused: Refused) -> None:
    assert "unique" in refused(lambda: cloud.define({}, {}))[1]


@pytest.mark.parametrize(
    ("changes", "container", "what"),
    [
        ({"family": "a/b"}, {}, "a family"),
        ({}, {"name": "../main"}, "a container"),
        ({"volumes": [{"name": "../v"}]}, {}, "a volume"),
    ],
)
def test_names_lead_nowhere(
    cloud: Cloud, refused: Refused, changes: dict[str, Any], container: dict[str, Any], what: str
) -> None:
    code, message = refused(lambda: cloud.define(container, **changes))
    assert (code, f"The name of {what}" in message) == ("InvalidParameterException", True)


def test_task_sizes_are_needed(cloud: Cloud, refused: Refused) -> None:
    plain = {"family": "f", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"]}
    containers = [{"name": "a", "image": "b", "memory": 10}]
    code, message = refused(
        lambda: cloud.client.register_task_definition(**plain, containerDefinitions=containers)
    )
    assert message == "Fargate requires that 'cpu' be defined at the task level."
    assert code == "ClientException"


def test_what_is_not_executed_is_refused_by_name(cloud: Cloud, refused: Refused) -> None:
    code, message = refused(lambda: cloud.define({"privileged": True}))
    assert (code, "Privileged is not executed" in message) == ("InvalidParameterException", True)
    assert cloud.define({"privileged": False, "links": []})["revision"] == 1
