"""Application Auto Scaling: targets, policies, what alarms make of them, what SageMaker refuses."""

from collections.abc import Callable
from typing import Any

import pytest
from slipway_local.sagemaker import keeping
from slipway_local.sagemaker.account import Durations
from slipway_local.sagemaker.rehearsal import Rehearsal

Deploy = Callable[..., str]
Refused = Callable[[Callable[[], object]], tuple[str, str]]

PLACE: Any = {
    "ServiceNamespace": "sagemaker",
    "ResourceId": "endpoint/live/variant/AllTraffic",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}
PREDEFINED = {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"}
TRACKING: Any = {
    "TargetValue": 100.0,
    "PredefinedMetricSpecification": PREDEFINED,
    "ScaleOutCooldown": 60,
    "ScaleInCooldown": 300,
}


@pytest.fixture
def cloud(serve: Deploy) -> Rehearsal:
    """An endpoint of two instances that may have one to ten."""
    cloud = Rehearsal(durations=Durations(rescaling=30))
    serve(cloud, "live", InitialInstanceCount=2)
    cloud.scaling.register_scalable_target(**PLACE, MinCapacity=1, MaxCapacity=10)
    return cloud


def track(cloud: Rehearsal, **changes: object) -> list[str]:
    """Track invocations; the names of the alarms, the one for too many first."""
    answer = cloud.scaling.put_scaling_policy(
        **PLACE,
        PolicyName="track",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            name: value for name, value in (TRACKING | changes).items() if value is not None
        },
    )
    return [alarm["AlarmName"] for alarm in answer["Alarms"]]


def ring(cloud: Rehearsal, alarm: str, value: float) -> None:
    cloud.alarms, cloud.values = {alarm}, {alarm: value}
    cloud.service.tick()


def counts(cloud: Rehearsal) -> tuple[int, int]:
    (variant,) = cloud.control.describe_endpoint(EndpointName="live")["ProductionVariants"]
    return variant["CurrentInstanceCount"], variant["DesiredInstanceCount"]


def test_a_target_is_described_as_it_was_registered(cloud: Rehearsal) -> None:
    cloud.scaling.register_scalable_target(
        **PLACE, MaxCapacity=20, SuspendedState={"DynamicScalingInSuspended": True}
    )
    described = cloud.scaling.describe_scalable_targets(ServiceNamespace="sagemaker")
    (target,) = described["ScalableTargets"]
    assert {name: target[name] for name in PLACE} == PLACE
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 20)
    assert target["SuspendedState"]["DynamicScalingInSuspended"] is True
    assert "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint" in target["RoleARN"]
    cloud.scaling.deregister_scalable_target(**PLACE)
    assert not cloud.scaling.describe_scalable_targets(ServiceNamespace="sagemaker")[
        "ScalableTargets"
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ResourceId": "endpoint/live/variant/Other"}, "endpoint/live/variant/Other"),
        ({"ResourceId": "endpoint/gone/variant/AllTraffic"}, "Could not find endpoint"),
        ({"ResourceId": "live"}, "ResourceId live"),
        ({"ServiceNamespace": "ecs"}, "ServiceNamespace ecs"),
        (
            {"ScalableDimension": "sagemaker:variant:DesiredProvisionedConcurrency"},
            "does not fit endpoint/live/variant/AllTraffic",
        ),
        ({"MinCapacity": 11}, "Maximum capacity cannot be less than minimum capacity"),
        ({"MinCapacity": 0}, "Minimum capacity cannot be zero"),
        ({"Tags": {"a": "b"}}, "Tags"),
    ],
)
def test_a_target_that_cannot_be_scaled_is_refused(
    cloud: Rehearsal, refused: Refused, changes: dict[str, Any], said: str
) -> None:
    given: Any = {**PLACE, "MinCapacity": 1, "MaxCapacity": 10, **changes}
    code, message = refused(lambda: cloud.scaling.register_scalable_target(**given))
    assert code == "ValidationException"
    assert said in message


def test_a_new_target_needs_its_bounds(cloud: Rehearsal, refused: Refused) -> None:
    cloud.scaling.deregister_scalable_target(**PLACE)
    _, message = refused(lambda: cloud.scaling.register_scalable_target(**PLACE, MaxCapacity=3))
    assert message.startswith("MinCapacity and MaxCapacity are required")


def test_tracking_makes_the_alarms_that_aws_makes(cloud: Rehearsal) -> None:
    high, low = (cloud.made_alarms[name] for name in track(cloud))
    assert (high["MetricName"], high["Statistic"]) == ("InvocationsPerInstance", "Sum")
    assert (high["Threshold"], high["EvaluationPeriods"]) == (100.0, 3)
    assert (low["Threshold"], low["EvaluationPeriods"]) == (90.0, 15)
    assert high["AlarmName"].startswith("TargetTracking-endpoint/live/variant/AllTraffic-AlarmHigh")
    described = cloud.scaling.describe_scaling_policies(ServiceNamespace="sagemaker")
    (policy,) = described["ScalingPolicies"]
    assert policy["TargetTrackingScalingPolicyConfiguration"] == TRACKING
    assert high["AlarmActions"] == [policy["PolicyARN"]]
    assert len(track(cloud, DisableScaleIn=True)) == len(cloud.made_alarms) == 1
    cloud.scaling.delete_scaling_policy(**PLACE, PolicyName="track")
    assert not cloud.made_alarms


def test_what_is_not_there_is_not_found(cloud: Rehearsal, refused: Refused) -> None:
    place = (
        " for service namespace: sagemaker, resource ID: endpoint/live/variant/AllTraffic, "
        "scalable dimension: sagemaker:variant:DesiredInstanceCount"
    )
    assert refused(lambda: cloud.scaling.delete_scaling_policy(**PLACE, PolicyName="none")) == (
        "ObjectNotFoundException",
        f"No scaling policy found{place}, policy name: none",
    )
    cloud.scaling.deregister_scalable_target(**PLACE)
    assert refused(lambda: track(cloud)) == (
        "ObjectNotFoundException",
        f"No scalable target registered{place}",
    )
    assert refused(lambda: cloud.scaling.deregister_scalable_target(**PLACE)) == (
        "ObjectNotFoundException",
        f"No scalable target found{place}",
    )


@pytest.mark.parametrize(
    ("configuration", "said"),
    [
        ({"TargetValue": 1.0}, "needs a PredefinedMetricSpecification or a Customized"),
        (
            {"TargetValue": 1.0, "CustomizedMetricSpecification": {"MetricName": "a"}},
            "needs a Namespace",
        ),
        (
            {
                "TargetValue": 1.0,
                "PredefinedMetricSpecification": {
                    "PredefinedMetricType": "ECSServiceAverageCPUUtilization"
                },
            },
            "ECSServiceAverageCPUUtilization is not executed",
        ),
    ],
)
def test_a_metric_that_is_not_there_is_refused(
    cloud: Rehearsal, refused: Refused, configuration: dict[str, Any], said: str
) -> None:
    _, message = refused(
        lambda: cloud.scaling.put_scaling_policy(
            **PLACE,
            PolicyName="p",
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration=configuration,  # type: ignore[arg-type]
        )
    )
    assert said in message


def test_too_many_requests_scale_out_and_too_few_in(cloud: Rehearsal) -> None:
    high, low = track(cloud)
    ring(cloud, high, 240)
    assert counts(cloud) == (2, 5)
    ring(cloud, high, 240)
    cloud.pass_time(30)
    assert counts(cloud) == (5, 5)
    cloud.pass_time(29)
    ring(cloud, high, 150)
    assert counts(cloud) == (5, 5), "the cooldown lasts a minute"
    ring(cloud, high, 1500)
    cloud.pass_time(1)
    cloud.pass_time(30)
    assert counts(cloud) == (10, 10), "there is a most"
    cloud.pass_time(60)
    ring(cloud, low, 1)
    cloud.pass_time(30)
    assert counts(cloud) == (1, 1)
    ring(cloud, high, 200)
    assert counts(cloud) == (1, 2), "more can be had at once after less"
    described = cloud.scaling.describe_scaling_activities(ServiceNamespace="sagemaker")
    first, *rest = described["ScalingActivities"]
    assert first["StatusCode"] == "InProgress"
    assert {activity["StatusCode"] for activity in rest} == {"Successful"}
    assert rest[0]["Description"] == "Setting desired instance count to 1."
    assert rest[0]["Cause"] == f"monitor alarm {low} in state ALARM triggered policy track"


def test_what_is_suspended_does_not_happen(cloud: Rehearsal) -> None:
    high, low = track(cloud)
    cloud.scaling.register_scalable_target(
        **PLACE, SuspendedState={"DynamicScalingInSuspended": True}
    )
    ring(cloud, low, 1)
    assert counts(cloud) == (2, 2)
    ring(cloud, high, 200)
    assert counts(cloud) == (2, 4)


def test_a_quota_fails_the_activity(serve: Deploy) -> None:
    cloud = Rehearsal(quotas={"ml.m5.large for endpoint usage": 3})
    serve(cloud, "live", InitialInstanceCount=2)
    cloud.scaling.register_scalable_target(**PLACE, MinCapacity=1, MaxCapacity=10)
    ring(cloud, track(cloud)[0], 500)
    assert counts(cloud) == (2, 2)
    described = cloud.scaling.describe_scaling_activities(ServiceNamespace="sagemaker")
    (activity,) = described["ScalingActivities"]
    assert activity["StatusCode"] == "Failed"
    assert "ResourceLimitExceeded" in activity["StatusMessage"]


STEPS = [
    {"MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 50, "ScalingAdjustment": 1},
    {"MetricIntervalLowerBound": 50, "ScalingAdjustment": 3},
]


@pytest.mark.parametrize(
    ("changes", "value", "count"),
    [
        ({}, 120, 3),
        ({}, 150, 5),
        ({"AdjustmentType": "ExactCapacity"}, 150, 3),
        (
            {
                "AdjustmentType": "PercentChangeInCapacity",
                "StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 10}],
            },
            120,
            3,
        ),
        (
            {
                "AdjustmentType": "PercentChangeInCapacity",
                "MinAdjustmentMagnitude": 4,
                "StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 10}],
            },
            120,
            6,
        ),
        ({"StepAdjustments": [{"MetricIntervalUpperBound": 0, "ScalingAdjustment": -1}]}, 80, 1),
        ({}, 80, 2),
    ],
)
def test_steps_follow_an_alarm_of_ones_own(
    cloud: Rehearsal, changes: dict[str, Any], value: float, count: int
) -> None:
    usual = {"AdjustmentType": "ChangeInCapacity", "StepAdjustments": STEPS, "Cooldown": 60}
    configuration: Any = usual | changes
    arn = cloud.scaling.put_scaling_policy(
        **PLACE, PolicyName="steps", StepScalingPolicyConfiguration=configuration
    )["PolicyARN"]
    cloud.made_alarms["mine"] = {"Threshold": 100.0, "AlarmActions": [arn]}
    ring(cloud, "mine", value)
    assert counts(cloud)[1] == count


def test_an_update_waits_and_what_scales_keeps_its_type(
    cloud: Rehearsal, configure: Deploy, variant: Callable[..., Any], refused: Refused
) -> None:
    configure(cloud, "two")
    configure(cloud, "other", InstanceType="ml.m5.xlarge", InitialInstanceCount=2)
    named = [variant("Other", "two")]
    cloud.control.create_endpoint_config(EndpointConfigName="named", ProductionVariants=named)
    update = cloud.control.update_endpoint
    for config in ("other", "named"):
        code, message = refused(
            lambda config=config: update(EndpointName="live", EndpointConfigName=config)  # type: ignore[misc]  # bound early
        )
        assert code == "ValidationException"
        assert "Variant AllTraffic is registered with Application Auto Scaling" in message
    high, _ = track(cloud)
    update(EndpointName="live", EndpointConfigName="two", RetainAllVariantProperties=True)
    cloud.scaling.deregister_scalable_target(**PLACE)
    assert high not in cloud.made_alarms
    cloud.pass_time(0)
    update(EndpointName="live", EndpointConfigName="other")


def test_targets_and_policies_outlive_the_service(cloud: Rehearsal) -> None:
    track(cloud)
    other = Rehearsal()
    keeping.restore(other.service.account, keeping.written(cloud.service.account))
    for describe in ("describe_scalable_targets", "describe_scaling_policies"):
        before, after = (
            getattr(each.scaling, describe)(ServiceNamespace="sagemaker") for each in (cloud, other)
        )
        del before["ResponseMetadata"], after["ResponseMetadata"]
        assert after == before


def test_an_asynchronous_endpoint_scales_to_nothing_and_back(
    configure: Deploy, variant: Callable[..., Any]
) -> None:
    cloud = Rehearsal(durations=Durations(measuring=60))
    configure(cloud, "one")
    output: Any = {"OutputConfig": {"S3OutputPath": "s3://out/"}}
    create = cloud.control.create_endpoint_config
    create(
        EndpointConfigName="later",
        ProductionVariants=[variant(model="one")],
        AsyncInferenceConfig=output,
    )
    cloud.control.create_endpoint(EndpointName="live", EndpointConfigName="later")
    cloud.pass_time(0)
    cloud.scaling.register_scalable_target(**PLACE, MinCapacity=0, MaxCapacity=5)
    backlog: Any = {
        "MetricName": "ApproximateBacklogSizePerInstance",
        "Namespace": "AWS/SageMaker",
        "Dimensions": [{"Name": "EndpointName", "Value": "live"}],
        "Statistic": "Average",
    }
    _, low = track(cloud, PredefinedMetricSpecification=None, CustomizedMetricSpecification=backlog)
    ring(cloud, low, 0)
    cloud.pass_time(0)
    assert counts(cloud) == (0, 0)
    cloud.alarms = set()
    cloud.runtime.invoke_endpoint_async(EndpointName="live", InputLocation="s3://in/1")
    cloud.metrics.clear()
    cloud.pass_time(60)
    told = {datum.name: datum.value for datum in cloud.metrics}
    assert (told["ApproximateBacklogSize"], told["HasBacklogWithoutCapacity"]) == (1, 1)
    assert "ApproximateBacklogSizePerInstance" not in told
    step: Any = {
        "AdjustmentType": "ChangeInCapacity",
        "StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}],
    }
    arn = cloud.scaling.put_scaling_policy(
        **PLACE, PolicyName="wake", StepScalingPolicyConfiguration=step
    )["PolicyARN"]
    cloud.made_alarms["waiting"] = {"Threshold": 1.0, "AlarmActions": [arn]}
    ring(cloud, "waiting", 1)
    cloud.pass_time(0)
    assert counts(cloud) == (1, 1)
