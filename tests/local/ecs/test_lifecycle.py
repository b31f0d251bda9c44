"""A task's life, from RunTask to its end."""

import pytest

from tests.local.ecs.conftest import LOG, NETWORK, Cloud

INIT = {"name": "init", "essential": False}
WAITS = {"dependsOn": [{"containerName": "init", "condition": "SUCCESS"}]}


def test_a_task_is_provisioned_and_runs(cloud: Cloud) -> None:
    cloud.define({"portMappings": [{"containerPort": 8501}]})
    arn = cloud.run()
    assert cloud.task(arn)["lastStatus"] == "PROVISIONING"
    cloud.tick()
    assert cloud.task(arn)["lastStatus"] == "PENDING"
    cloud.tick()
    task = cloud.task(arn)
    assert (task["lastStatus"], task["version"]) == ("RUNNING", 3)
    (container,) = task["containers"]
    assert container["networkBindings"] == [
        {"bindIP": "127.1.2.3", "containerPort": 8501, "hostPort": 8501, "protocol": "tcp"}
    ]
    details = {each["name"]: each["value"] for each in task["attachments"][0]["details"]}
    assert details["privateIPv4Address"] == "127.1.2.3"
    assert details["subnetId"] == "subnet-1"


def test_a_task_ends_with_its_essential_container(cloud: Cloud) -> None:
    cloud.define({}, {"name": "aside", "essential": False})
    arn = cloud.run()
    cloud.tick(2)
    cloud.runner["main"].ended = 3
    cloud.tick(4)
    task = cloud.task(arn)
    assert task["lastStatus"] == "STOPPED"
    assert task["stopCode"] == "EssentialContainerExited"
    assert task["stoppedReason"] == "Essential container in task exited"
    assert [each["exitCode"] for each in task["containers"]] == [3, 143]
    assert cloud.runner.discarded == [arn.rpartition("/")[2]]


def test_a_task_outlives_a_container_that_is_not_essential(cloud: Cloud) -> None:
    cloud.define({}, {"name": "aside", "essential": False})
    arn = cloud.run()
    cloud.tick(2)
    cloud.runner["aside"].ended = 1
    cloud.tick(3)
    assert cloud.task(arn)["lastStatus"] == "RUNNING"


def test_each_change_is_an_event_with_a_version(cloud: Cloud) -> None:
    cloud.define({})
    arn = cloud.run(startedBy="me")
    cloud.tick(2)
    cloud.client.stop_task(task=arn, reason="enough")
    cloud.tick(3)
    told = cloud.told("ECS Task State Change")
    seen = [(each["version"], each["lastStatus"], each["desiredStatus"]) for each in told]
    assert seen == [
        (1, "PROVISIONING", "RUNNING"),
        (2, "PENDING", "RUNNING"),
        (3, "RUNNING", "RUNNING"),
        (4, "RUNNING", "STOPPED"),
        (5, "DEPROVISIONING", "STOPPED"),
        (6, "STOPPED", "STOPPED"),
    ]
    assert told[-1]["stoppedReason"] == "enough"
    assert told[-1]["createdAt"] == "1970-01-01T00:16:40.000Z"
    assert told[-1]["attachments"][0]["type"] == "eni"
    assert cloud.events[-1]["Resources"] == [arn]
    assert cloud.events[-1]["Source"] == "aws.ecs"


def test_an_image_that_is_not_there_fails_the_task(cloud: Cloud) -> None:
    cloud.define({})
    cloud.runner.why = "CannotPullContainerError: no such image"
    arn = cloud.run()
    cloud.tick(4)
    task = cloud.task(arn)
    assert (task["lastStatus"], task["stopCode"]) == ("STOPPED", "TaskFailedToStart")
    assert task["stoppedReason"] == "CannotPullContainerError: no such image"
    assert "exitCode" not in task["containers"][0]
    assert "startedAt" not in task


def test_what_takes_too_much_memory_is_killed(cloud: Cloud) -> None:
    cloud.define({"memory": 100})
    arn = cloud.run()
    cloud.tick(2)
    cloud.runner["main"].takes = 101 * 1024 * 1024
    cloud.tick(5)
    (container,) = cloud.task(arn)["containers"]
    assert container["exitCode"] == 137
    assert container["reason"].startswith("OutOfMemoryError")


def test_an_init_container_comes_first(cloud: Cloud) -> None:
    cloud.define(INIT, WAITS)
    arn = cloud.run()
    cloud.tick(3)
    assert [run.program.name for run in cloud.runner.runs] == ["init"]
    assert cloud.task(arn)["lastStatus"] == "PENDING"
    cloud.runner["init"].ended = 0
    cloud.tick(2)
    assert [run.program.name for run in cloud.runner.runs] == ["init", "main"]
    assert cloud.task(arn)["lastStatus"] == "RUNNING"


def test_an_init_container_that_fails_fails_the_task(cloud: Cloud) -> None:
    cloud.define(INIT, WAITS)
    arn = cloud.run()
    cloud.tick(2)
    cloud.runner["init"].ended = 1
    cloud.tick(4)
    task = cloud.task(arn)
    assert (task["lastStatus"], task["stopCode"]) == ("STOPPED", "TaskFailedToStart")
    assert "'init' was not met: SUCCESS" in task["stoppedReason"]
    assert [run.program.name for run in cloud.runner.runs] == ["init"]


def test_what_containers_print_is_in_the_log(cloud: Cloud) -> None:
    cloud.define({"logConfiguration": LOG})
    arn = cloud.run()
    cloud.tick(2)
    cloud.runner["main"].printed = ["one", "two"]
    cloud.tick()
    number = arn.rpartition("/")[2]
    place = ("/ecs/housing", f"ecs/main/{number}")
    assert cloud.logs == [(*place, []), (*place, ["one", "two"])]


def test_the_last_words_are_in_the_log(cloud: Cloud) -> None:
    cloud.define({"logConfiguration": LOG})
    cloud.run()
    cloud.tick(2)
    cloud.runner["main"].printed, cloud.runner["main"].ended = ["gone"], 1
    cloud.tick()
    assert cloud.logs[-1][2] == ["gone"]


def test_a_stopped_task_is_forgotten_after_an_hour(cloud: Cloud) -> None:
    cloud.define({})
    arn = cloud.run(clientToken="t")
    cloud.client.stop_task(task=arn)
    cloud.tick(2)
    cloud.tick(seconds=3599)
    assert cloud.task(arn)["lastStatus"] == "STOPPED"
    cloud.tick(seconds=1)
    assert cloud.client.describe_tasks(tasks=[arn])["failures"]
    usual = {"taskDefinition": "housing", "launchType": "FARGATE", "networkConfiguration": NETWORK}
    assert cloud.client.run_task(clientToken="t", **usual)["tasks"] == []


@pytest.mark.parametrize("condition", ["START", "COMPLETE"])
def test_a_container_starts_after_what_it_depends_on(cloud: Cloud, condition: str) -> None:
    waits = {"dependsOn": [{"containerName": "init", "condition": condition}]}
    cloud.define(INIT, waits)
    cloud.run()
    cloud.tick(3)
    assert len(cloud.runner.runs) == (2 if condition == "START" else 1)
    cloud.runner["init"].ended = 1
    cloud.tick()
    assert len(cloud.runner.runs) == 2
