"""What scales, as Application Auto Scaling: targets with policies that track a metric.

An endpoint that was scaled to zero has no instance for a metric to be of: a second policy, of one
step, answers an alarm on requests that wait for none.
Source: "Autoscale an asynchronous endpoint".
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3

from slipway.adapters.faults import translated, unless
from slipway.domain.scaling import Autoscaling, Scaled, ScalingMetric

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

SAGEMAKER = "sagemaker"
GONE = "ObjectNotFoundException"
TRACKING, STEPS = "TargetTrackingScaling", "StepScaling"
FIRST_COOLDOWN = 300
FIRST = {
    "AdjustmentType": "ChangeInCapacity",
    "MetricAggregationType": "Average",
    "Cooldown": FIRST_COOLDOWN,
    "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}],
}


class ApplicationAutoscaling:
    """Implements ports.Scalings."""

    def __init__(self, session: boto3.Session) -> None:
        self._session = session

    @cached_property
    def _client(self) -> Any:  # noqa: ANN401  boto3's own, of which no types are installed
        return self._session.client("application-autoscaling")

    @cached_property
    def _alarms(self) -> "CloudWatchClient":
        return self._session.client("cloudwatch")

    def find(self, endpoint: str, variant: str) -> Scaled | None:
        with translated():
            targets = self._targets(endpoint, variant)
            policies = self._policies(endpoint, variant) if targets else {}
            if len(targets) != 1:
                return None
            found = Scaled(endpoint, variant, _how(targets[0], policies.get(TRACKING, {})))
            as_made = self._is_as_made(found, targets[0], policies)
        return found if as_made else replace(found, how=replace(found.how, value=0.0))

    def put(self, scaled: Scaled) -> None:
        place = _place(scaled)
        with translated():
            for other in self._targets(scaled.endpoint, scaled.variant):
                if other["ScalableDimension"] != place["ScalableDimension"]:
                    self._deregister(other)
            self._client.register_scalable_target(
                **place, MinCapacity=scaled.how.least, MaxCapacity=scaled.how.most
            )
            self._client.put_scaling_policy(
                **place,
                PolicyName=_name(scaled),
                PolicyType=TRACKING,
                TargetTrackingScalingPolicyConfiguration=_tracking(scaled),
            )
            if scaled.how.least == 0:
                self._put_first(scaled)
            else:
                self._delete_first(scaled.endpoint, scaled.variant)

    def delete(self, endpoint: str, variant: str) -> None:
        with translated():
            self._delete_first(endpoint, variant)
            for target in self._targets(endpoint, variant):
                self._deregister(target)

    def _targets(self, endpoint: str, variant: str) -> list[Mapping[str, Any]]:
        answer = self._client.describe_scalable_targets(
            ServiceNamespace=SAGEMAKER, ResourceIds=[_resource(endpoint, variant)]
        )
        found: list[Mapping[str, Any]] = answer["ScalableTargets"]
        return found

    def _policies(self, endpoint: str, variant: str) -> dict[str, Mapping[str, Any]]:
        """The policies of Slipway's, by their types; somebody's own beside them are not looked
        at."""
        answer = self._client.describe_scaling_policies(
            ServiceNamespace=SAGEMAKER, ResourceId=_resource(endpoint, variant)
        )
        names = (f"{endpoint}-{variant}", _first_name(endpoint, variant))
        return {
            p["PolicyType"]: {**p} for p in answer["ScalingPolicies"] if p["PolicyName"] in names
        }

    def _is_as_made(
        self, found: Scaled, target: Mapping[str, Any], policies: Mapping[str, Mapping[str, Any]]
    ) -> bool:
        tracked = policies.get(TRACKING, {}).get("TargetTrackingScalingPolicyConfiguration")
        if tracked != _tracking(found) or target["ScalableDimension"] != _dimension(found.how):
            return False
        if found.how.least > 0:
            return STEPS not in policies
        first = policies.get(STEPS, {})
        if first.get("StepScalingPolicyConfiguration") != FIRST:
            return False
        wanted = _alarm(found, first["PolicyARN"])
        names = self._alarms.describe_alarms(AlarmNames=[wanted["AlarmName"]])["MetricAlarms"]
        alarms: list[dict[str, Any]] = [{**each} for each in names]
        return any({key: each.get(key) for key in wanted} == wanted for each in alarms)

    def _put_first(self, scaled: Scaled) -> None:
        """What brings the first instance."""
        made = self._client.put_scaling_policy(
            **_place(scaled),
            PolicyName=_first_name(scaled.endpoint, scaled.variant),
            PolicyType=STEPS,
            StepScalingPolicyConfiguration=FIRST,
        )
        self._alarms.put_metric_alarm(**_alarm(scaled, made["PolicyARN"]))

    def _delete_first(self, endpoint: str, variant: str) -> None:
        first = self._policies(endpoint, variant).get(STEPS)
        if first is None:
            return
        self._alarms.delete_alarms(AlarmNames=[_first_name(endpoint, variant)])
        with unless(GONE):
            self._client.delete_scaling_policy(
                PolicyName=first["PolicyName"],
                ServiceNamespace=SAGEMAKER,
                ResourceId=first["ResourceId"],
                ScalableDimension=first["ScalableDimension"],
            )

    def _deregister(self, target: Mapping[str, Any]) -> None:
        """Its policies go with it, and the alarms that those made."""
        with unless(GONE):
            self._client.deregister_scalable_target(
                ServiceNamespace=SAGEMAKER,
                ResourceId=target["ResourceId"],
                ScalableDimension=target["ScalableDimension"],
            )


def _resource(endpoint: str, variant: str) -> str:
    return f"endpoint/{endpoint}/variant/{variant}"


def _dimension(how: Autoscaling) -> str:
    concurrency = how.metric == ScalingMetric.PROVISIONED_CONCURRENCY_UTILIZATION
    return (
        f"sagemaker:variant:Desired{'ProvisionedConcurrency' if concurrency else 'InstanceCount'}"
    )


def _place(scaled: Scaled) -> Any:  # noqa: ANN401  three members of several requests
    return {
        "ServiceNamespace": SAGEMAKER,
        "ResourceId": _resource(scaled.endpoint, scaled.variant),
        "ScalableDimension": _dimension(scaled.how),
    }


def _name(scaled: Scaled) -> str:
    return f"{scaled.endpoint}-{scaled.variant}"


def _first_name(endpoint: str, variant: str) -> str:
    return f"{endpoint}-{variant}-from-zero"


def _tracking(scaled: Scaled) -> Any:  # noqa: ANN401  as it is described, too
    how = scaled.how
    usual = {
        "TargetValue": how.value,
        "ScaleInCooldown": how.scale_in_cooldown,
        "ScaleOutCooldown": how.scale_out_cooldown,
    }
    if how.metric != ScalingMetric.BACKLOG_PER_INSTANCE:
        kind = {"PredefinedMetricType": how.metric.value}
        return {**usual, "PredefinedMetricSpecification": kind}
    return {**usual, "CustomizedMetricSpecification": _of_the_line(scaled, how.metric.value)}


def _of_the_line(scaled: Scaled, metric: str) -> dict[str, Any]:
    """A metric of an asynchronous endpoint's line."""
    return {
        "MetricName": metric,
        "Namespace": "AWS/SageMaker",
        "Dimensions": [{"Name": "EndpointName", "Value": scaled.endpoint}],
        "Statistic": "Average",
    }


def _alarm(scaled: Scaled, policy: str) -> dict[str, Any]:
    """Rises while requests wait and no instance is there."""
    return {
        "AlarmName": _first_name(scaled.endpoint, scaled.variant),
        "AlarmDescription": f"Requests wait for {scaled.endpoint}, which has no instance",
        **_of_the_line(scaled, "HasBacklogWithoutCapacity"),
        "Period": 60,
        "EvaluationPeriods": 2,
        "DatapointsToAlarm": 2,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "missing",
        "AlarmActions": [policy],
    }


def _how(target: Mapping[str, Any], policy: Mapping[str, Any]) -> Autoscaling:
    """What a target and the policy that tracks say; a metric that nobody knows is none of ours."""
    tracked = policy.get("TargetTrackingScalingPolicyConfiguration", {})
    custom = tracked.get("CustomizedMetricSpecification", {}).get("MetricName")
    name = tracked.get("PredefinedMetricSpecification", {}).get("PredefinedMetricType", custom)
    metric = (
        ScalingMetric(name) if name in [*ScalingMetric] else ScalingMetric.INVOCATIONS_PER_INSTANCE
    )
    cooldowns = (tracked.get(f"Scale{way}Cooldown", 0) for way in ("In", "Out"))
    least, most = target["MinCapacity"], target["MaxCapacity"]
    return Autoscaling(least, most, metric, tracked.get("TargetValue", 0.0), *cooldowns)
