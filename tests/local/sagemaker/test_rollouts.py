"""How traffic moves, step by step."""

from collections.abc import Callable
from typing import Any

import pytest
from slipway_local.sagemaker.account import Durations
from slipway_local.sagemaker.errors import Refusal
from slipway_local.sagemaker.rehearsal import Rehearsal
from slipway_local.sagemaker.rollouts import plan
from slipway_local.sagemaker.scripted import Script, constant

Deploy = Callable[..., str]


def blue_green(kind: str, wait: int = 60, bake: int = 0, **sizes: object) -> dict[str, Any]:
    routing = {"Type": kind, "WaitIntervalInSeconds": wait, **sizes}
    return {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": routing,
            "TerminationWaitInSeconds": bake,
        },
        "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "errors"}]},
    }


def percent(value: int) -> dict[str, Any]:
    return {"Type": "CAPACITY_PERCENT", "Value": value}


def count(value: int) -> dict[str, Any]:
    return {"Type": "INSTANCE_COUNT", "Value": value}


def rolling(size: dict[str, Any]) -> dict[str, Any]:
    return {"RollingUpdatePolicy": {"MaximumBatchSize": size, "WaitIntervalInSeconds": 5}}


@pytest.mark.parametrize(
    ("config", "steps"),
    [
        ({}, [(1.0, 0)]),
        (blue_green("ALL_AT_ONCE", bake=30), [(1.0, 30)]),
        (blue_green("CANARY", bake=30, CanarySize=percent(10)), [(0.1, 60), (1.0, 30)]),
        (blue_green("CANARY", CanarySize=count(1)), [(0.25, 60), (1.0, 0)]),
        (
            blue_green("LINEAR", bake=9, LinearStepSize=percent(40)),
            [(0.4, 60), (0.8, 60), (1.0, 9)],
        ),
        (rolling(percent(50)), [(0.5, 5), (1.0, 5)]),
    ],
)
def test_the_steps_of_a_plan(config: dict[str, Any], steps: list[tuple[float, float]]) -> None:
    assert [(step.traffic, step.bake) for step in plan(config, 4).steps] == steps


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (blue_green("CANARY"), "CANARY needs a CanarySize."),
        (
            blue_green("CANARY", CanarySize=percent(51)),
            "CanarySize is 51% of the variant's instances; it must be between 0% and 50%.",
        ),
        (
            blue_green("LINEAR", LinearStepSize=percent(9)),
            "LinearStepSize is 9% of the variant's instances; it must be between 10% and 50%.",
        ),
        (
            rolling(count(3)),
            "MaximumBatchSize is 75% of the variant's instances; it must be between 5% and 50%.",
        ),
        (
            {**blue_green("ALL_AT_ONCE"), **rolling(percent(50))},
            "DeploymentConfig takes a BlueGreenUpdatePolicy or a RollingUpdatePolicy.",
        ),
    ],
)
def test_refuses_sizes_that_sagemaker_refuses(config: dict[str, Any], message: str) -> None:
    with pytest.raises(Refusal) as refused:
        plan(config, 4)
    assert refused.value.message == message


@pytest.fixture
def canary(serve: Deploy, configure: Deploy) -> Rehearsal:
    """An endpoint of ten instances whose update has just begun its 10 % canary."""
    scripts = {
        "s3://old": Script(answer=constant(b"old")),
        "s3://new": Script(answer=constant(b"new")),
    }
    cloud = Rehearsal(durations=Durations(updating=20, rolling_back=20), scripts=scripts)
    serve(cloud, "live", data="s3://old", InitialInstanceCount=10)
    configure(cloud, "two", data="s3://new", InitialInstanceCount=10)
    cloud.control.update_endpoint(
        EndpointName="live",
        EndpointConfigName="two",
        DeploymentConfig=blue_green("CANARY", bake=30, CanarySize=count(1)),  # type: ignore[arg-type]  # a plain dict
    )
    cloud.pass_time(21)
    return cloud


def answers(cloud: Rehearsal, number: int) -> list[bytes]:
    return [
        cloud.runtime.invoke_endpoint(EndpointName="live", Body=b"")["Body"].read()
        for _ in range(number)
    ]


def test_a_canary_takes_its_share_then_all(canary: Rehearsal) -> None:
    share = answers(canary, 200).count(b"new") / 200
    assert 0.04 < share < 0.18
    pending = canary.control.describe_endpoint(EndpointName="live")["PendingDeploymentSummary"]
    (variant,) = pending["ProductionVariants"]
    assert (variant["CurrentInstanceCount"], variant["DesiredInstanceCount"]) == (1, 10)
    assert variant["VariantStatus"][0]["Status"] == "Baking"
    assert variant["VariantStatus"][0]["StatusMessage"] == (
        "Baking for 60 seconds (WaitIntervalInSeconds) with traffic enabled on canary capacity "
        "of 1 instance(s)."
    )
    canary.pass_time(60)
    assert set(answers(canary, 20)) == {b"new"}
    described = canary.control.describe_endpoint(EndpointName="live")
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("Updating", "one")
    canary.pass_time(30)
    described = canary.control.describe_endpoint(EndpointName="live")
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", "two")


def test_an_update_waits_as_long_as_everything_else_does(canary: Rehearsal) -> None:
    object.__setattr__(canary.service.account.durations, "second", 0.1)
    canary.pass_time(60)  # the first wait was begun before
    canary.pass_time(3)
    described = canary.control.describe_endpoint(EndpointName="live")
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", "two")


def test_an_alarm_during_the_bake_brings_the_old_fleet_back(canary: Rehearsal) -> None:
    canary.alarms.add("errors")
    canary.service.tick()
    assert canary.control.describe_endpoint(EndpointName="live")["EndpointStatus"] == "RollingBack"
    assert set(answers(canary, 50)) == {b"old"}
    canary.pass_time(20)
    described = canary.control.describe_endpoint(EndpointName="live")
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", "one")
    assert described["FailureReason"] == "Alarms in ALARM state: errors."


def test_an_alarm_that_was_not_named_changes_nothing(canary: Rehearsal) -> None:
    canary.alarms.add("other")
    canary.pass_time(91)
    described = canary.control.describe_endpoint(EndpointName="live")
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", "two")


def test_a_deployment_config_is_kept_only_when_asked(serve: Deploy, configure: Deploy) -> None:
    cloud = Rehearsal()
    serve(cloud, "live")
    strategy: Any = blue_green("ALL_AT_ONCE")

    def update(config: str, **options: Any) -> object:  # noqa: ANN401  boto3's own types
        configure(cloud, config)
        cloud.control.update_endpoint(EndpointName="live", EndpointConfigName=config, **options)
        return cloud.control.describe_endpoint(EndpointName="live").get("LastDeploymentConfig")

    assert update("two", DeploymentConfig=strategy) == strategy
    assert update("three", RetainDeploymentConfig=True) == strategy
    assert update("four") is None


def test_an_update_that_takes_too_long_is_rolled_back(serve: Deploy, configure: Deploy) -> None:
    cloud = Rehearsal()
    serve(cloud, "live")
    configure(cloud, "two")
    strategy: Any = blue_green("ALL_AT_ONCE", bake=3600)
    strategy["BlueGreenUpdatePolicy"]["MaximumExecutionTimeoutInSeconds"] = 600
    cloud.control.update_endpoint(
        EndpointName="live", EndpointConfigName="two", DeploymentConfig=strategy
    )
    cloud.pass_time(3601)
    described = cloud.control.describe_endpoint(EndpointName="live")
    assert described["EndpointConfigName"] == "one"
    assert described["FailureReason"] == "The deployment did not finish within 600 seconds."
