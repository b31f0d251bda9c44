"""The alarms of a policy that tracks a target: one for too much, one for too little.

Source: "Target tracking scaling policies for Application Auto Scaling" and the alarms that AWS
makes: three minutes above the target scale out, fifteen minutes a tenth below it scale in.
"""

from collections.abc import Mapping
from typing import Any

from slipway_local.sagemaker.account import Account
from slipway_local.sagemaker.captures import fresh_id
from slipway_local.sagemaker.errors import invalid
from slipway_local.sagemaker.scalables import Policy

_OUT_PERIODS, _IN_PERIODS, _IN_SHARE = 3, 15, 0.9
_PREDEFINED = {
    "SageMakerVariantInvocationsPerInstance": ("InvocationsPerInstance", "Sum"),
    "SageMakerVariantProvisionedConcurrencyUtilization": (
        "ServerlessProvisionedConcurrencyUtilization",
        "Average",
    ),
}


def alarms(account: Account, policy: Policy) -> list[dict[str, Any]]:
    """As PutMetricAlarm takes them. Raises Refusal."""
    body = policy.body
    usual = {
        **_metric(policy),
        "AlarmDescription": f"DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {policy.arn}",
        "AlarmActions": [policy.arn],
        "Period": 60,
    }
    prefix = f"TargetTracking-{policy.place.resource}"
    high = {
        **usual,
        "AlarmName": f"{prefix}-AlarmHigh-{fresh_id(account.random)}",
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": body["TargetValue"],
        "EvaluationPeriods": _OUT_PERIODS,
    }
    low = {
        **usual,
        "AlarmName": f"{prefix}-AlarmLow-{fresh_id(account.random)}",
        "ComparisonOperator": "LessThanThreshold",
        "Threshold": body["TargetValue"] * _IN_SHARE,
        "EvaluationPeriods": _IN_PERIODS,
    }
    return [high] if body.get("DisableScaleIn") else [high, low]


def _metric(policy: Policy) -> Mapping[str, Any]:
    predefined = policy.body.get("PredefinedMetricSpecification")
    customized = policy.body.get("CustomizedMetricSpecification")
    if (predefined is None) == (customized is None):
        raise invalid(
            "A TargetTrackingScalingPolicyConfiguration needs a PredefinedMetricSpecification or "
            "a CustomizedMetricSpecification, and not both."
        )
    return _predefined(policy, predefined) if predefined else _customized(customized or {})


def _predefined(policy: Policy, specification: Mapping[str, Any]) -> Mapping[str, Any]:
    kind = specification["PredefinedMetricType"]
    if kind not in _PREDEFINED:
        raise invalid(
            f"PredefinedMetricType {kind} is not executed by the embedded cloud: one of "
            f"{', '.join(_PREDEFINED)} is."
        )
    name, statistic = _PREDEFINED[kind]
    place = policy.place
    return {
        "Namespace": "AWS/SageMaker",
        "MetricName": name,
        "Statistic": statistic,
        "Dimensions": [
            {"Name": "EndpointName", "Value": place.endpoint},
            {"Name": "VariantName", "Value": place.variant},
        ],
    }


def _customized(specification: Mapping[str, Any]) -> Mapping[str, Any]:
    missing = [
        name for name in ("MetricName", "Namespace", "Statistic") if name not in specification
    ]
    if missing:
        raise invalid(f"A CustomizedMetricSpecification needs a {missing[0]}.")
    return {"Dimensions": [], **specification}
