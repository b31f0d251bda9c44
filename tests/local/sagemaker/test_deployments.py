"""Statuses over time: health, rollback, silence, the mixed state."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from slipway_local.sagemaker.account import Durations
from slipway_local.sagemaker.rehearsal import Rehearsal
from slipway_local.sagemaker.scripted import Script, constant

Deploy = Callable[..., str]

ROLE = "arn:aws:iam::123456789012:role/serving"
BAD = {"s3://bad": Script(after=30, failure="no such file")}
PING = (
    "The primary container for production variant AllTraffic did not pass the ping health check. "
    "Please check CloudWatch logs for this endpoint."
)
ROLLING = {
    "RollingUpdatePolicy": {
        "MaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": 50},
        "WaitIntervalInSeconds": 60,
    },
    "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "errors"}]},
}


def status(cloud: Rehearsal) -> str:
    return cloud.control.describe_endpoint(EndpointName="live")["EndpointStatus"]


def answer(cloud: Rehearsal) -> bytes:
    return cloud.runtime.invoke_endpoint(EndpointName="live", Body=b"")["Body"].read()


def test_creating_lasts_until_the_container_is_ready(configure: Deploy) -> None:
    cloud = Rehearsal(durations=Durations(creating=20), scripts={"image": Script(after=50)})
    configure(cloud, "one")
    cloud.control.create_endpoint(EndpointName="live", EndpointConfigName="one")
    cloud.pass_time(49)
    assert status(cloud) == "Creating"
    cloud.pass_time(1)
    assert status(cloud) == "InService"


def test_a_container_that_never_answers_fails_after_its_timeout(configure: Deploy) -> None:
    cloud = Rehearsal(scripts={"image": Script(after=1e9)})
    configure(cloud, "one", ContainerStartupHealthCheckTimeoutInSeconds=120)
    cloud.control.create_endpoint(EndpointName="live", EndpointConfigName="one")
    cloud.pass_time(119)
    assert status(cloud) == "Creating"
    cloud.pass_time(2)
    described = cloud.control.describe_endpoint(EndpointName="live")
    assert (described["EndpointStatus"], described["FailureReason"]) == ("Failed", PING)


def test_the_old_fleet_serves_until_the_new_one_is_healthy(
    serve: Deploy, configure: Deploy
) -> None:
    scripts = {
        "s3://old": Script(answer=constant(b"old")),
        "s3://new": Script(after=30, answer=constant(b"new")),
    }
    cloud = Rehearsal(scripts=scripts)
    serve(cloud, "live", data="s3://old")
    configure(cloud, "two", data="s3://new")
    cloud.control.update_endpoint(EndpointName="live", EndpointConfigName="two")
    cloud.pass_time(29)
    assert answer(cloud) == b"old"
    cloud.pass_time(1)
    assert answer(cloud) == b"new"
    assert [server.stopped for server in cloud.launcher.launched] == [True, False]


def test_a_failed_update_rolls_back_and_ends_in_service(serve: Deploy, configure: Deploy) -> None:
    cloud = Rehearsal(durations=Durations(rolling_back=60), scripts=BAD)
    serve(cloud, "live")
    configure(cloud, "two", data="s3://bad")
    cloud.control.update_endpoint(EndpointName="live", EndpointConfigName="two")
    cloud.pass_time(30)
    assert status(cloud) == "RollingBack"
    cloud.pass_time(60)
    described = cloud.control.describe_endpoint(EndpointName="live")
    assert described["EndpointStatus"] == "InService"
    assert described["EndpointConfigName"] == "one"
    assert described["FailureReason"] == f"{PING} The container said: no such file"
    assert "PendingDeploymentSummary" not in described
    assert [server.stopped for server in cloud.launcher.launched] == [False, True]


def test_the_reason_of_a_rollback_may_vanish(serve: Deploy, configure: Deploy) -> None:
    cloud = Rehearsal(durations=Durations(reason_kept=10), scripts=BAD)
    serve(cloud, "live")
    configure(cloud, "two", data="s3://bad")
    cloud.control.update_endpoint(EndpointName="live", EndpointConfigName="two")
    cloud.pass_time(31)
    assert "FailureReason" in cloud.control.describe_endpoint(EndpointName="live")
    cloud.pass_time(10)
    described = cloud.control.describe_endpoint(EndpointName="live")
    assert "FailureReason" not in described
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", "one")


def test_a_good_update_clears_the_reason(serve: Deploy, configure: Deploy) -> None:
    cloud = Rehearsal(scripts=BAD)
    serve(cloud, "live")
    configure(cloud, "two", data="s3://bad")
    configure(cloud, "three")
    cloud.control.update_endpoint(EndpointName="live", EndpointConfigName="two")
    cloud.pass_time(31)
    cloud.control.update_endpoint(EndpointName="live", EndpointConfigName="three")
    assert "FailureReason" not in cloud.control.describe_endpoint(EndpointName="live")
    cloud.pass_time(1)
    described = cloud.control.describe_endpoint(EndpointName="live")
    assert described["EndpointConfigName"] == "three"
    assert "FailureReason" not in described


@pytest.mark.parametrize("kind", ["model", "endpoint configuration"])
def test_deleting_what_is_being_deployed_fails_the_update(
    serve: Deploy, configure: Deploy, kind: str
) -> None:
    cloud = Rehearsal(durations=Durations(updating=60))
    serve(cloud, "live")
    configure(cloud, "two")
    cloud.control.update_endpoint(EndpointName="live", EndpointConfigName="two")
    if kind == "model":
        cloud.control.delete_model(ModelName="two")
    else:
        cloud.control.delete_endpoint_config(EndpointConfigName="two")
    cloud.pass_time(61)
    described = cloud.control.describe_endpoint(EndpointName="live")
    assert described["EndpointConfigName"] == "one"
    assert described["FailureReason"].startswith(f"Could not find {kind} ")


def test_a_container_that_fails_is_named(cloud: Rehearsal, variant: Callable[..., Any]) -> None:
    cloud.launcher.scripts = {"second": Script(after=5, failure="No module named pca")}
    containers: list[Any] = [{"Image": "first"}, {"Image": "second"}]
    for name, hosts in (("numbered", ("", "")), ("named", ("scale", "score"))):
        chain = [
            each | ({"ContainerHostname": host} if host else {})
            for each, host in zip(containers, hosts, strict=True)
        ]
        cloud.control.create_model(ModelName=name, ExecutionRoleArn=ROLE, Containers=chain)
        create = cloud.control.create_endpoint_config
        create(EndpointConfigName=name, ProductionVariants=[variant(model=name)])
        cloud.control.create_endpoint(EndpointName=name, EndpointConfigName=name)
        cloud.pass_time(5)
        reason = cloud.control.describe_endpoint(EndpointName=name)["FailureReason"]
        assert reason == (
            f"The {hosts[1] or 'container-2'} for production variant AllTraffic did not pass the "
            "ping health check. Please check CloudWatch logs for this endpoint. "
            "The container said: No module named pca"
        )


def test_a_rolling_update_that_cannot_go_back_leaves_a_mix(
    serve: Deploy, configure: Deploy
) -> None:
    old, new = Script(answer=constant(b"old")), Script(answer=constant(b"new"))
    cloud = Rehearsal(scripts={"s3://old": old, "s3://new": new})
    serve(cloud, "live", data="s3://old", InitialInstanceCount=2)
    configure(cloud, "two", data="s3://new", InitialInstanceCount=2)
    configure(cloud, "three", data="s3://new")
    cloud.control.update_endpoint(
        EndpointName="live",
        EndpointConfigName="two",
        DeploymentConfig=ROLLING,  # type: ignore[arg-type]  # a plain dict
    )
    cloud.pass_time(1)
    cloud.control.delete_model(ModelName="one")
    cloud.alarms.add("errors")
    cloud.pass_time(1)
    described = cloud.control.describe_endpoint(EndpointName="live")
    assert described["EndpointStatus"] == "UpdateRollbackFailed"
    assert described["FailureReason"] == "Alarms in ALARM state: errors."
    assert {answer(cloud) for _ in range(30)} == {b"old", b"new"}
    assert described["ProductionVariants"][0]["CurrentInstanceCount"] == 1
    change: Any = {"VariantName": "AllTraffic", "DesiredWeight": 2}
    with pytest.raises(ClientError, match="Cannot update in-progress endpoint"):
        cloud.control.update_endpoint_weights_and_capacities(
            EndpointName="live", DesiredWeightsAndCapacities=[change]
        )
    cloud.control.update_endpoint(EndpointName="live", EndpointConfigName="three")
    cloud.pass_time(1)
    assert status(cloud) == "InService"
    assert {answer(cloud) for _ in range(30)} == {b"new"}


def test_a_rolling_update_goes_back_by_starting_the_old_instances_anew(
    serve: Deploy, configure: Deploy
) -> None:
    old, new = Script(after=5, answer=constant(b"old")), Script(answer=constant(b"new"))
    cloud = Rehearsal(scripts={"s3://old": old, "s3://new": new})
    serve(cloud, "live", data="s3://old", InitialInstanceCount=2)
    cloud.pass_time(5)
    configure(cloud, "two", data="s3://new", InitialInstanceCount=2)
    cloud.control.update_endpoint(
        EndpointName="live",
        EndpointConfigName="two",
        DeploymentConfig=ROLLING,  # type: ignore[arg-type]  # a plain dict
    )
    cloud.pass_time(1)
    (variant,) = cloud.control.describe_endpoint(EndpointName="live")["ProductionVariants"]
    assert (variant["CurrentInstanceCount"], variant["DesiredInstanceCount"]) == (1, 2)
    cloud.alarms.add("errors")
    cloud.pass_time(1)
    assert status(cloud) == "RollingBack"
    cloud.pass_time(5)
    described = cloud.control.describe_endpoint(EndpointName="live")
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", "one")
    assert {answer(cloud) for _ in range(20)} == {b"old"}
    assert [server.stopped for server in cloud.launcher.launched] == [True, True, False]


def test_maintenance_changes_nothing_and_ends(cloud: Rehearsal, serve: Deploy) -> None:
    serve(cloud, "live")
    before = cloud.control.describe_endpoint(EndpointName="live")["ProductionVariants"]
    cloud.service.start_maintenance("live", 60)
    assert status(cloud) == "SystemUpdating"
    assert answer(cloud) == b""
    cloud.pass_time(60)
    assert status(cloud) == "InService"
    assert cloud.control.describe_endpoint(EndpointName="live")["ProductionVariants"] == before
