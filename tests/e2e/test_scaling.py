"""Autoscaling, from the manifest to Application Auto Scaling and back."""

from typing import Any

import pytest

# At least what a test scales to: few requests come, so that it would become less by itself.
SCALED = "autoscaling: {min: 2, max: 4, invocations_per_instance: 700}\n"
FASTER = "target: {instance_type: ml.c5.large}\n"


def targets(slipway: Any, deployment: str) -> dict[str, tuple[int, int]]:
    """The bounds of what is registered of an endpoint, by variant."""
    found = slipway.client("application-autoscaling").describe_scalable_targets(
        ServiceNamespace="sagemaker"
    )
    prefix = f"endpoint/{slipway.stack.endpoint(deployment)}/variant/"
    return {
        each["ResourceId"].removeprefix(prefix): (each["MinCapacity"], each["MaxCapacity"])
        for each in found["ScalableTargets"]
        if each["ResourceId"].startswith(prefix)
    }


def scale(slipway: Any, deployment: str, count: int, eventually: Any) -> None:
    slipway.client("sagemaker").update_endpoint_weights_and_capacities(
        EndpointName=slipway.stack.endpoint(deployment),
        DesiredWeightsAndCapacities=[{"VariantName": "AllTraffic", "DesiredInstanceCount": count}],
    )
    eventually(lambda: slipway.describe(deployment)["EndpointStatus"] == "InService")


def counts(slipway: Any, deployment: str) -> list[int]:
    variants = slipway.describe(deployment)["ProductionVariants"]
    return [each["CurrentInstanceCount"] for each in variants]


def test_a_variant_is_registered_gets_other_instances_and_is_let_go(
    slipway: Any, models: Any, eventually: Any
) -> None:
    end = slipway.release("elastic", models.line(), SCALED)
    assert end.verdict == "Released", end.reason
    assert targets(slipway, "elastic") == {"AllTraffic": (2, 4)}
    scale(slipway, "elastic", 2, eventually)
    with slipway.traffic("elastic") as traffic:
        end = slipway.manage("elastic", SCALED + FASTER)
    assert end.verdict == "Released", end.reason
    assert traffic.failures == []
    assert targets(slipway, "elastic") == {"AllTraffic": (2, 4)}
    assert counts(slipway, "elastic") == [2]
    steps = [moment.what for moment in slipway.history("elastic")]
    order = [step for step in steps if step.startswith(("ScaleEndpoint", "DeployEndpoint"))]
    assert order[-3:] == [
        "ScaleEndpoint (delete)",
        "DeployEndpoint (update)",
        "ScaleEndpoint (create)",
    ]
    end = slipway.manage("elastic", FASTER)
    assert end.verdict == "Released", end.reason
    assert targets(slipway, "elastic") == {}
    policies = slipway.client("application-autoscaling").describe_scaling_policies(
        ServiceNamespace="sagemaker"
    )
    assert not [each for each in policies["ScalingPolicies"] if "elastic" in each["ResourceId"]]
    assert slipway.predict("elastic") == pytest.approx(5)


def test_an_asynchronous_endpoint_scales_to_zero_and_back(
    slipway: Any, models: Any, eventually: Any
) -> None:
    manifest = "target: {type: async}\nautoscaling: {min: 0, max: 2, backlog_per_instance: 5}\n"
    end = slipway.release("waiting", models.line(), manifest)
    assert end.verdict == "Released", end.reason
    assert targets(slipway, "waiting") == {"AllTraffic": (0, 2)}
    name = f"{slipway.stack.endpoint('waiting')}-AllTraffic-from-zero"
    (alarm,) = slipway.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert alarm["MetricName"] == "HasBacklogWithoutCapacity"
    scale(slipway, "waiting", 0, eventually)
    end = slipway.release("waiting", models.line(100))
    assert end.verdict == "Released", end.reason
    assert counts(slipway, "waiting") == [1]
