"""How tasks end."""

from collections.abc import Callable

from tests.local.ecs.conftest import Cloud


def test_a_task_is_stopped_by_its_user(cloud: Cloud) -> None:
    cloud.define({})
    arn = cloud.run()
    cloud.tick(2)
    task = cloud.client.stop_task(task=arn)["task"]
    assert (task["desiredStatus"], task["lastStatus"]) == ("STOPPED", "RUNNING")
    cloud.tick(3)
    task = cloud.task(arn)
    assert (task["lastStatus"], task["stopCode"]) == ("STOPPED", "UserInitiated")
    assert task["stoppedReason"] == "Task stopped by user"
    assert task["stoppedAt"] >= task["stoppingAt"] >= task["startedAt"]


def test_who_does_not_end_is_killed_after_its_stop_timeout(cloud: Cloud) -> None:
    cloud.define({"stopTimeout": 10})
    arn = cloud.run()
    cloud.tick(2)
    cloud.runner["main"].obeys = False
    cloud.client.stop_task(task=arn)
    cloud.tick(2, seconds=4)
    assert cloud.task(arn)["lastStatus"] == "RUNNING"
    cloud.tick(4, seconds=4)
    assert cloud.task(arn)["containers"][0]["exitCode"] == 137


def test_a_process_is_waited_for_however_fast_time_runs(cloud: Cloud) -> None:
    cloud.ecs.account.second, cloud.ecs.account.least = 0.01, 2.0
    cloud.define({"stopTimeout": 10})
    arn = cloud.run()
    cloud.tick(2)
    cloud.runner["main"].obeys = False
    cloud.client.stop_task(task=arn)
    cloud.tick(2, seconds=1)
    assert cloud.runner["main"].ended is None
    cloud.tick(1, seconds=1)
    assert cloud.runner["main"].ended == 137


def test_who_is_depended_on_ends_last(cloud: Cloud) -> None:
    cloud.define(
        {"name": "base", "essential": False},
        {"dependsOn": [{"containerName": "base", "condition": "START"}]},
    )
    arn = cloud.run()
    cloud.tick(3)
    cloud.runner["main"].obeys = False
    cloud.client.stop_task(task=arn)
    cloud.tick(2)
    assert (cloud.runner["base"].asked, cloud.runner["main"].asked) == (False, True)
    cloud.runner["main"].ended = 0
    cloud.tick(2)
    assert cloud.runner["base"].asked


def test_a_task_that_has_not_begun_ends_at_once(cloud: Cloud) -> None:
    cloud.define({})
    arn = cloud.run()
    cloud.client.stop_task(task=arn)
    cloud.tick(2)
    assert cloud.task(arn)["lastStatus"] == "STOPPED"
    assert cloud.runner.runs == []


def test_stopping_twice_changes_nothing(cloud: Cloud) -> None:
    cloud.define({})
    arn = cloud.run()
    cloud.client.stop_task(task=arn, reason="first")
    cloud.tick(3)
    assert cloud.client.stop_task(task=arn, reason="second")["task"]["stoppedReason"] == "first"


def test_a_task_that_is_not_there_cannot_be_stopped(
    cloud: Cloud, refused: Callable[..., tuple[str, str]]
) -> None:
    code, message = refused(lambda: cloud.client.stop_task(task="a" * 32))
    assert (code, message) == ("InvalidParameterException", "The referenced task was not found.")
