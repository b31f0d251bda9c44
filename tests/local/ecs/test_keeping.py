"""What of an account outlives its process."""

from slipway_local.ecs import keeping

from tests.local.ecs.conftest import Cloud


def restarted(cloud: Cloud) -> Cloud:
    """Another process with what was written down of this one."""
    made = Cloud(now=cloud.now)
    keeping.restore(made.ecs.account, keeping.written(cloud.ecs.account))
    return made


def test_what_was_asked_for_is_still_there(cloud: Cloud) -> None:
    cloud.client.create_cluster(clusterName="c", tags=[{"key": "a", "value": "b"}])
    arn = cloud.define({})["taskDefinitionArn"]
    after = restarted(cloud)
    assert after.client.describe_clusters(clusters=["c"])["clusters"][0]["status"] == "ACTIVE"
    found = after.client.describe_task_definition(taskDefinition="housing")["taskDefinition"]
    assert found["taskDefinitionArn"] == arn


def test_a_task_that_ran_has_stopped(cloud: Cloud) -> None:
    cloud.define({})
    arn = cloud.run()
    cloud.tick(2)
    after = restarted(cloud)
    after.tick(2)
    task = after.task(arn)
    assert (task["lastStatus"], task["stopCode"]) == ("STOPPED", "InfrastructureHealth")
    assert task["stoppedReason"] == "The embedded cloud ended while the task ran"
    assert task["containers"][0]["reason"] == task["stoppedReason"]
    assert after.runner.runs == []


def test_a_task_that_had_ended_is_as_it_was(cloud: Cloud) -> None:
    cloud.define({})
    arn = cloud.run()
    cloud.tick(2)
    cloud.runner["main"].ended = 3
    cloud.tick(3)
    before = cloud.task(arn)
    after = restarted(cloud)
    after.tick(2)
    found = after.task(arn)
    codes = [each.pop("containers")[0]["exitCode"] for each in (before, found)]
    assert codes == [3, 3]
    assert found == before


def test_a_service_starts_others(cloud: Cloud) -> None:
    cloud.define({})
    cloud.serve()
    cloud.tick(10, seconds=1)
    after = restarted(cloud)
    after.tick(10, seconds=1)
    assert after.service()["runningCount"] == 2
    assert len(after.runner.runs) == 2
    assert after.service()["deployments"][0]["rolloutState"] == "COMPLETED"
