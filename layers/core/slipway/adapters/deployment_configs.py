"""How SageMaker is asked to move an endpoint's traffic: UpdateEndpoint's DeploymentConfig."""

from typing import TYPE_CHECKING, TypedDict, cast

from slipway.domain.rollout import Guarded, Size, Way

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.type_defs import (
        BlueGreenUpdatePolicyTypeDef,
        CapacitySizeTypeDef,
        DeploymentConfigUnionTypeDef,
        RollingUpdatePolicyTypeDef,
        TrafficRoutingConfigTypeDef,
    )


class _Config(TypedDict, total=False):
    DeploymentConfig: "DeploymentConfigUnionTypeDef"


SIZES = {Way.CANARY: "CanarySize", Way.LINEAR: "LinearStepSize"}


def deployment_config(guarded: Guarded | None) -> _Config:
    """What UpdateEndpoint is told besides; nothing where all traffic moves at once, unguarded."""
    if guarded is None:
        return {}
    alarms = [{"AlarmName": name} for name in guarded.alarms]
    rollback = {"AutoRollbackConfiguration": {"Alarms": alarms}}
    if guarded.way == Way.ROLLING:
        config = {"RollingUpdatePolicy": _rolling(guarded), **rollback}
    else:
        config = {"BlueGreenUpdatePolicy": _blue_green(guarded), **rollback}
    return {"DeploymentConfig": cast("DeploymentConfigUnionTypeDef", config)}


def _blue_green(guarded: Guarded) -> "BlueGreenUpdatePolicyTypeDef":
    routing = {"Type": guarded.way.upper(), "WaitIntervalInSeconds": guarded.wait_interval}
    sizes = {SIZES[guarded.way]: _size(guarded.size)} if guarded.size else {}
    policy: BlueGreenUpdatePolicyTypeDef = {
        "TrafficRoutingConfiguration": cast("TrafficRoutingConfigTypeDef", {**routing, **sizes}),
        "TerminationWaitInSeconds": guarded.termination_wait,
    }
    if guarded.maximum_execution_timeout:
        policy["MaximumExecutionTimeoutInSeconds"] = guarded.maximum_execution_timeout
    return policy


def _rolling(guarded: Guarded) -> "RollingUpdatePolicyTypeDef":
    policy: RollingUpdatePolicyTypeDef = {
        "MaximumBatchSize": _size(guarded.size or Size(50)),
        "WaitIntervalInSeconds": guarded.wait_interval,
    }
    if guarded.maximum_execution_timeout:
        policy["MaximumExecutionTimeoutInSeconds"] = guarded.maximum_execution_timeout
    if guarded.rollback_size:
        policy["RollbackMaximumBatchSize"] = _size(guarded.rollback_size)
    return policy


def _size(size: Size) -> "CapacitySizeTypeDef":
    kind = "CAPACITY_PERCENT" if size.percent else "INSTANCE_COUNT"
    return cast("CapacitySizeTypeDef", {"Type": kind, "Value": size.value})
