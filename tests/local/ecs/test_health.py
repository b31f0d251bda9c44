"""Health checks of containers."""

from tests.local.ecs.conftest import Cloud

CHECK = {"command": ["CMD-SHELL", "curl -f localhost"], "interval": 10, "timeout": 3, "retries": 2}


def checked(cloud: Cloud, **changes: object) -> str:
    cloud.define({"healthCheck": {**CHECK, **changes}})
    arn = cloud.run()
    cloud.tick(2)
    return arn


def judged(cloud: Cloud, code: int | None) -> None:
    """Let one check begin and end."""
    cloud.tick(seconds=10)
    cloud.runner["main"].probes[-1].ended = code
    cloud.tick(seconds=3)


def test_a_container_is_healthy_when_its_check_passes(cloud: Cloud) -> None:
    arn = checked(cloud)
    assert cloud.task(arn)["healthStatus"] == "UNKNOWN"
    judged(cloud, 0)
    task = cloud.task(arn)
    assert task["healthStatus"] == task["containers"][0]["healthStatus"] == "HEALTHY"
    assert cloud.runner["main"].probes[0].words == ["/bin/sh", "-c", "curl -f localhost"]


def test_it_is_unhealthy_after_its_retries(cloud: Cloud) -> None:
    arn = checked(cloud)
    judged(cloud, 1)
    assert cloud.task(arn)["healthStatus"] == "UNKNOWN"
    judged(cloud, 1)
    assert cloud.task(arn)["healthStatus"] == "UNHEALTHY"
    assert cloud.task(arn)["lastStatus"] == "RUNNING", "only a service ends it"


def test_a_check_that_takes_too_long_has_failed(cloud: Cloud) -> None:
    arn = checked(cloud, retries=1)
    judged(cloud, None)
    assert cloud.runner["main"].probes[0].killed
    assert cloud.task(arn)["healthStatus"] == "UNHEALTHY"


def test_failures_do_not_count_in_the_start_period(cloud: Cloud) -> None:
    arn = checked(cloud, retries=1, startPeriod=20)
    judged(cloud, 1)
    assert cloud.task(arn)["healthStatus"] == "UNKNOWN"
    judged(cloud, 1)
    assert cloud.task(arn)["healthStatus"] == "UNHEALTHY"


def test_others_wait_until_it_is_healthy(cloud: Cloud) -> None:
    waits = {"name": "next", "dependsOn": [{"containerName": "main", "condition": "HEALTHY"}]}
    cloud.define({"healthCheck": CHECK}, waits)
    cloud.run()
    cloud.tick(2)
    assert [run.program.name for run in cloud.runner.runs] == ["main"]
    judged(cloud, 0)
    assert [run.program.name for run in cloud.runner.runs] == ["main", "next"]
