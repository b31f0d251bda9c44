"""Services: as many tasks as are desired, rolled out, rolled back."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.local.ecs.conftest import Answer, Cloud

Kind = Any  # a literal of boto3's
Refused = Callable[..., tuple[str, str]]
BREAKER = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
LAST = 10  # ticks of a second, in which a rollout of healthy tasks ends


def steady(cloud: Cloud, **changes: object) -> Answer:
    cloud.define({})
    cloud.serve(**changes)
    cloud.tick(LAST, seconds=1)
    return cloud.service()


def live(cloud: Cloud) -> list[Any]:
    arns = cloud.client.list_tasks(serviceName="web")["taskArns"]
    return cloud.client.describe_tasks(tasks=arns)["tasks"] if arns else []


def fail_all(cloud: Cloud, times: int) -> None:
    """Let every container of the newest revision end, as soon as it runs."""
    for _ in range(times):
        for run in cloud.runner.runs:
            if run.program.command == ["bad"] and run.ended is None:
                run.ended = 1
        cloud.tick(seconds=1)


def test_a_service_reaches_a_steady_state(cloud: Cloud) -> None:
    service = steady(cloud)
    assert (service["runningCount"], service["pendingCount"]) == (2, 0)
    (deployment,) = service["deployments"]
    assert (deployment["status"], deployment["rolloutState"]) == ("PRIMARY", "COMPLETED")
    assert service["events"][0]["message"] == "(service web) has reached a steady state."
    told = [each["eventName"] for each in cloud.told("ECS Deployment State Change")]
    assert told == ["SERVICE_DEPLOYMENT_IN_PROGRESS", "SERVICE_DEPLOYMENT_COMPLETED"]
    assert [each["eventName"] for each in cloud.told("ECS Service Action")] == [
        "SERVICE_STEADY_STATE"
    ]
    assert {task["group"] for task in live(cloud)} == {"service:web"}
    assert {task["startedBy"] for task in live(cloud)} == {deployment["id"]}
    cloud.client.get_waiter("services_stable").wait(services=["web"])


def test_a_task_that_ends_is_replaced(cloud: Cloud) -> None:
    steady(cloud)
    cloud.runner["main"].ended = 1
    cloud.tick(LAST, seconds=1)
    assert cloud.service()["runningCount"] == 2
    assert len(cloud.runner.runs) == 3


def test_a_service_is_scaled(cloud: Cloud) -> None:
    steady(cloud)
    cloud.client.update_service(service="web", desiredCount=3)
    cloud.tick(LAST, seconds=1)
    assert cloud.service()["runningCount"] == 3
    cloud.client.update_service(service="web", desiredCount=1)
    cloud.tick(4, seconds=1)
    assert cloud.service()["runningCount"] == 1
    assert len(cloud.service()["deployments"]) == 1, "scaling is no deployment"


def test_a_rollout_keeps_its_bounds(cloud: Cloud) -> None:
    steady(cloud)
    cloud.define({"command": ["new"]})
    cloud.client.update_service(service="web", taskDefinition="housing")
    counts = []
    for _ in range(3 * LAST):
        cloud.tick(seconds=1)
        counts.append(sum(task["lastStatus"] == "RUNNING" for task in live(cloud)))
    assert min(counts) == 2
    assert max(counts) == 4
    service = cloud.service()
    assert service["taskDefinition"].endswith("housing:2")
    assert {task["taskDefinitionArn"][-1] for task in live(cloud)} == {"2"}
    assert [each["rolloutState"] for each in service["deployments"]] == ["COMPLETED"]


def test_without_room_above_the_old_ones_go_first(cloud: Cloud) -> None:
    bounds = {"maximumPercent": 100, "minimumHealthyPercent": 50}
    steady(cloud, deploymentConfiguration=bounds)
    cloud.client.update_service(service="web", forceNewDeployment=True)
    counts = []
    for _ in range(4 * LAST):
        cloud.tick(seconds=1)
        counts.append(len(live(cloud)))
    assert max(counts) == 2
    assert min(counts) == 1
    assert cloud.service()["deployments"][0]["rolloutState"] == "COMPLETED"


def test_the_circuit_breaker_goes_back(cloud: Cloud) -> None:
    before = steady(cloud, deploymentConfiguration=BREAKER)["deployments"][0]["id"]
    cloud.define({"command": ["bad"]})
    cloud.client.update_service(service="web", taskDefinition="housing")
    fail_all(cloud, 40)
    cloud.tick(LAST, seconds=1)
    service = cloud.service()
    (deployment,) = service["deployments"]
    assert (deployment["id"], deployment["rolloutState"]) == (before, "COMPLETED")
    assert service["taskDefinition"].endswith("housing:1")
    assert service["runningCount"] == 2
    told = [(each["eventName"], each["eventType"]) for each in
            cloud.told("ECS Deployment State Change")]  # fmt: skip
    assert told[2:] == [
        ("SERVICE_DEPLOYMENT_IN_PROGRESS", "INFO"),
        ("SERVICE_DEPLOYMENT_FAILED", "ERROR"),
        ("SERVICE_DEPLOYMENT_IN_PROGRESS", "INFO"),
        ("SERVICE_DEPLOYMENT_COMPLETED", "INFO"),
    ]
    listed = cloud.client.list_service_deployments(service="web")["serviceDeployments"]
    assert [each["status"] for each in listed] == ["ROLLBACK_SUCCESSFUL", "SUCCESSFUL"]
    arns = [each["serviceDeploymentArn"] for each in listed]
    described = cloud.client.describe_service_deployments(serviceDeploymentArns=arns)
    failed, first = described["serviceDeployments"]
    assert failed["deploymentCircuitBreaker"] == {
        "status": "TRIGGERED", "failureCount": 3, "threshold": 3
    }  # fmt: skip
    assert failed["rollback"]["serviceRevisionArn"] == first["targetServiceRevision"]["arn"]
    revision = failed["targetServiceRevision"]["arn"]
    (found,) = cloud.client.describe_service_revisions(serviceRevisionArns=[revision])[
        "serviceRevisions"
    ]
    assert found["taskDefinition"].endswith("housing:2")


@pytest.mark.parametrize(
    ("kind", "revision", "outcome"),
    [("ROLLBACK", "1", "ROLLBACK_SUCCESSFUL"), ("ABORT", "2", "STOPPED")],
)
def test_a_deployment_under_way_is_stopped(
    cloud: Cloud, refused: Refused, kind: Kind, revision: str, outcome: str
) -> None:
    steady(cloud)
    cloud.define({"command": ["new"]})
    cloud.client.update_service(service="web", taskDefinition="housing")
    cloud.tick(seconds=1)
    (under_way,) = cloud.client.list_service_deployments(service="web", status=["IN_PROGRESS"])[
        "serviceDeployments"
    ]
    arn = under_way["serviceDeploymentArn"]
    cloud.client.stop_service_deployment(serviceDeploymentArn=arn, stopType=kind)
    cloud.tick(2 * LAST, seconds=1)
    assert cloud.service()["taskDefinition"].endswith(f"housing:{revision}")
    assert cloud.service()["runningCount"] >= 2
    listed = cloud.client.list_service_deployments(service="web")["serviceDeployments"]
    assert listed[0]["status"] == outcome
    code, _ = refused(lambda: cloud.client.stop_service_deployment(serviceDeploymentArn=arn))
    assert code == "ServiceDeploymentNotFoundException"


def test_an_alarm_that_rings_sends_a_deployment_back(cloud: Cloud) -> None:
    alarms = {"alarmNames": ["slow"], "enable": True, "rollback": True}
    steady(cloud, deploymentConfiguration={"alarms": alarms})
    cloud.define({"command": ["new"]})
    cloud.client.update_service(service="web", taskDefinition="housing")
    cloud.tick(seconds=1)
    cloud.ringing = {"slow"}
    cloud.tick(2 * LAST, seconds=1)
    assert cloud.service()["taskDefinition"].endswith("housing:1")
    assert cloud.service()["deployments"][0]["rolloutState"] == "COMPLETED"
    (failed,) = cloud.client.list_service_deployments(
        service="web", status=["ROLLBACK_SUCCESSFUL"]
    )["serviceDeployments"]
    assert failed["statusReason"] == "ECS deployment: alarm detected: slow."
    (described,) = cloud.client.describe_service_deployments(
        serviceDeploymentArns=[failed["serviceDeploymentArn"]]
    )["serviceDeployments"]
    assert described["alarms"]["triggeredAlarmNames"] == ["slow"]


def test_without_anything_to_go_back_to_it_stops_starting(cloud: Cloud) -> None:
    cloud.define({"command": ["bad"]})
    cloud.serve(deploymentConfiguration=BREAKER)
    fail_all(cloud, 40)
    started = len(cloud.runner.runs)
    fail_all(cloud, 40)
    assert len(cloud.runner.runs) == started
    assert cloud.service()["deployments"][0]["rolloutState"] == "FAILED"


def test_without_a_breaker_it_tries_for_ever(cloud: Cloud) -> None:
    cloud.define({"command": ["bad"]})
    cloud.serve()
    fail_all(cloud, 100)
    assert len(cloud.runner.runs) > 6
    assert cloud.service()["deployments"][0]["rolloutState"] == "IN_PROGRESS"
    assert "SERVICE_TASK_START_IMPAIRED" in [
        each["eventName"] for each in cloud.told("ECS Service Action")
    ]


def test_a_task_that_is_unhealthy_is_replaced(cloud: Cloud) -> None:
    check = {"command": ["CMD", "x"], "interval": 5, "retries": 1}
    cloud.define({"healthCheck": check})
    cloud.serve(desiredCount=1)
    cloud.tick(8, seconds=1)
    cloud.runner["main"].probes[-1].ended = 1
    cloud.tick(4, seconds=1)
    (arn,) = cloud.client.list_tasks(desiredStatus="STOPPED")["taskArns"]
    task = cloud.task(arn)
    assert task["stoppedReason"] == "Task failed container health checks"
    assert task["stopCode"] == "ServiceSchedulerInitiated"
    assert len(cloud.runner.runs) == 2


def test_a_service_is_deleted(cloud: Cloud, refused: Refused) -> None:
    steady(cloud)
    assert "scaled above 0" in refused(lambda: cloud.client.delete_service(service="web"))[1]
    gone = cloud.client.delete_service(service="web", force=True)["service"]
    assert gone["status"] == "DRAINING"
    cloud.tick(5, seconds=1)
    assert cloud.service()["status"] == "INACTIVE"
    assert cloud.client.list_services()["serviceArns"] == []
    code, _ = refused(lambda: cloud.client.update_service(service="web", desiredCount=1))
    assert code == "ServiceNotActiveException"
    assert cloud.serve()["status"] == "ACTIVE"


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"launchType": "EC2"}, "InvalidParameterException", "No Container Instances"),
        ({"desiredCount": -1}, "InvalidParameterException", "-1"),
        ({"schedulingStrategy": "DAEMON"}, "InvalidParameterException", "only REPLICA"),
        (
            {"deploymentConfiguration": {"strategy": "BLUE_GREEN"}},
            "InvalidParameterException",
            "only ROLLING",
        ),
        ({"taskDefinition": "other"}, "ClientException", "TaskDefinition not found."),
        (
            {"loadBalancers": [{"targetGroupArn": "a"}]},
            "InvalidParameterException",
            "LoadBalancers is not executed",
        ),
    ],
)
def test_what_cannot_be_served_is_refused(
    cloud: Cloud, refused: Refused, changes: dict[str, Any], code: str, words: str
) -> None:
    cloud.define({})
    found, message = refused(lambda: cloud.serve(**changes))
    assert found == code
    assert words in message


def test_a_service_is_made_once(cloud: Cloud, refused: Refused) -> None:
    cloud.define({})
    cloud.serve()
    assert refused(cloud.serve)[1] == "Creation of service was not idempotent."


def test_nothing_is_known_of_others(cloud: Cloud, refused: Refused) -> None:
    answer = cloud.client.describe_services(services=["none"])
    assert [each["reason"] for each in answer["failures"]] == ["MISSING"]
    code, _ = refused(lambda: cloud.client.update_service(service="none"))
    assert code == "ServiceNotFoundException"
