from dataclasses import replace
from typing import Any

import pytest
from slipway.adapters.deployment_configs import deployment_config
from slipway.domain.rollout import Guarded, Size, Way

ALARMS = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "a"}, {"AlarmName": "b"}]}}


def blue_green(kind: str, wait: int, **more: object) -> dict[str, Any]:
    routing = {"Type": kind, "WaitIntervalInSeconds": wait, **more}
    return {"TrafficRoutingConfiguration": routing, "TerminationWaitInSeconds": 300}


@pytest.mark.parametrize(
    ("guarded", "policy"),
    [
        (Guarded(Way.ALL_AT_ONCE, wait_interval=0), blue_green("ALL_AT_ONCE", 0)),
        (
            Guarded(Way.CANARY, Size(10), 200),
            blue_green("CANARY", 200, CanarySize={"Type": "CAPACITY_PERCENT", "Value": 10}),
        ),
        (
            Guarded(Way.LINEAR, Size(2, percent=False), 200),
            blue_green("LINEAR", 200, LinearStepSize={"Type": "INSTANCE_COUNT", "Value": 2}),
        ),
        (
            Guarded(Way.CANARY, Size(10), 200, maximum_execution_timeout=900),
            {
                **blue_green("CANARY", 200, CanarySize={"Type": "CAPACITY_PERCENT", "Value": 10}),
                "MaximumExecutionTimeoutInSeconds": 900,
            },
        ),
    ],
)
def test_a_blue_green_update_is_asked_for_in_sagemakers_words(
    guarded: Guarded, policy: dict[str, Any]
) -> None:
    asked = deployment_config(_alarmed(guarded))
    assert asked == {"DeploymentConfig": {"BlueGreenUpdatePolicy": policy, **ALARMS}}


def test_a_rolling_update_is_asked_for_in_sagemakers_words() -> None:
    guarded = Guarded(Way.ROLLING, Size(25), 200, 0, 3600, Size(50))
    policy = {
        "MaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": 25},
        "WaitIntervalInSeconds": 200,
        "MaximumExecutionTimeoutInSeconds": 3600,
        "RollbackMaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": 50},
    }
    asked = deployment_config(_alarmed(guarded))
    assert asked == {"DeploymentConfig": {"RollingUpdatePolicy": policy, **ALARMS}}


def test_an_unguarded_update_is_asked_for_as_it_always_was() -> None:
    assert deployment_config(None) == {}


def _alarmed(guarded: Guarded) -> Guarded:
    return replace(guarded, termination_wait=300, alarms=("a", "b"))
