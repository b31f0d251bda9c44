"""Application Auto Scaling's targets and policies, for the variants of endpoints.

A policy that tracks a target makes two alarms, as on AWS; one of steps is the action of an alarm
of one's own. `scaling_actions` heeds them.

Source: "Application Auto Scaling" user guide and API reference, "Automatic scaling of Amazon
SageMaker AI models"; wordings where AWS has published them.
"""

import re
from collections.abc import Mapping
from typing import Any

from slipway_local.sagemaker import endpoints, listing, tracking
from slipway_local.sagemaker.account import Account
from slipway_local.sagemaker.captures import fresh_id
from slipway_local.sagemaker.errors import Refusal, invalid
from slipway_local.sagemaker.operations import Operations, Params
from slipway_local.sagemaker.scalables import (
    CONCURRENCY,
    INSTANCES,
    Activity,
    Place,
    Policy,
    Target,
)

_RESOURCE = re.compile(r"endpoint/([^/]+)/variant/([^/]+)")
_ROLE = (
    "arn:aws:iam::{}:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/"
    "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
)
_PAGE = 50
_STEP, _TRACKING = "StepScaling", "TargetTrackingScaling"
_CONFIGURATIONS = {
    _STEP: "StepScalingPolicyConfiguration",
    _TRACKING: "TargetTrackingScalingPolicyConfiguration",
}


def register_scalable_target(account: Account, params: Params) -> Params:
    place = _place(params)
    _check_variant(account, place)
    known = account.targets.get(place) or _target(account, place)
    known.least, known.most = _bounds(account, known, params)
    account.targets[place] = known
    known.role = params.get("RoleARN", known.role)
    known.suspended = {**known.suspended, **params.get("SuspendedState", {})}
    return {"ScalableTargetARN": known.arn}


def describe_scalable_targets(account: Account, params: Params) -> Params:
    _check_namespace(params)
    wanted = params.get("ResourceIds")
    rows = [
        {
            **target.place.members(),
            "MinCapacity": target.least,
            "MaxCapacity": target.most,
            "RoleARN": target.role,
            "CreationTime": target.created,
            "SuspendedState": target.suspended,
            "ScalableTargetARN": target.arn,
        }
        for target in account.targets.values()
        if wanted is None or target.place.resource in wanted
        if params.get("ScalableDimension") in (None, target.place.dimension)
    ]
    return _page("ScalableTargets", rows, params)


def deregister_scalable_target(account: Account, params: Params) -> Params:
    place = _place(params)
    if place not in account.targets:
        raise _not_found("scalable target found", place)
    for key, policy in list(account.policies.items()):
        if policy.place == place:
            _forget(account, key)
    del account.targets[place]
    return {}


def put_scaling_policy(account: Account, params: Params) -> Params:
    place, name = _place(params), params["PolicyName"]
    if place not in account.targets:
        raise _not_found("scalable target registered", place)
    kind = params.get("PolicyType", _STEP)
    member = _CONFIGURATIONS.get(kind, kind)
    if member not in params:
        raise invalid(f"PolicyType {kind} needs a {member}.")
    body = params[member]
    if kind == _STEP and not body.get("StepAdjustments"):
        raise invalid("A StepScalingPolicyConfiguration needs StepAdjustments.")
    old = account.policies.get((place, name))
    policy = Policy(
        old.arn if old else _policy_arn(account, place, name),
        name,
        place,
        old.created if old else account.clock(),
        kind,
        body,
        [],
    )
    alarms = tracking.alarms(account, policy) if kind == _TRACKING else []
    if old:
        _forget(account, (place, name))
    for alarm in alarms:
        account.put_alarm(alarm)
    policy.alarms = [alarm["AlarmName"] for alarm in alarms]
    account.policies[place, name] = policy
    return {"PolicyARN": policy.arn, "Alarms": _alarms(account, policy)}


def describe_scaling_policies(account: Account, params: Params) -> Params:
    _check_namespace(params)
    names = params.get("PolicyNames")
    rows = [
        {
            "PolicyARN": policy.arn,
            "PolicyName": policy.name,
            **policy.place.members(),
            "PolicyType": policy.kind,
            _CONFIGURATIONS[policy.kind]: policy.body,
            "Alarms": _alarms(account, policy),
            "CreationTime": policy.created,
        }
        for policy in account.policies.values()
        if (not names or policy.name in names) and _is_asked(policy.place, params)
    ]
    return _page("ScalingPolicies", rows, params)


def delete_scaling_policy(account: Account, params: Params) -> Params:
    place, name = _place(params), params["PolicyName"]
    if (place, name) not in account.policies:
        raise _not_found("scaling policy found", place, f", policy name: {name}")
    _forget(account, (place, name))
    return {}


def describe_scaling_activities(account: Account, params: Params) -> Params:
    _check_namespace(params)
    rows = [
        {**_activity(activity), "CreationTime": activity.began}
        for activity in account.activities
        if _is_asked(activity.place, params)
    ]
    answer = _page("ScalingActivities", rows, params)
    for row in answer["ScalingActivities"]:
        del row["CreationTime"]
    return answer


def _activity(activity: Activity) -> Params:
    done = f"desired instance count to {activity.wanted}."
    if activity.failure is not None:
        status, message = "Failed", f"Failed to set {done} Reason: {activity.failure}"
    elif activity.ended is None:
        status, message = "InProgress", f"Successfully set {done} Waiting for it to be fulfilled."
    else:
        message = f"Successfully set {done} Change successfully fulfilled by sagemaker."
        status = "Successful"
    ended = {} if activity.ended is None else {"EndTime": activity.ended}
    return {
        "ActivityId": activity.id,
        **activity.place.members(),
        "Description": f"Setting {done}",
        "Cause": activity.cause,
        "StartTime": activity.began,
        **ended,
        "StatusCode": status,
        "StatusMessage": message,
    }


def _place(params: Mapping[str, Any]) -> Place:
    _check_namespace(params)
    found = _RESOURCE.fullmatch(params["ResourceId"])
    dimension = params["ScalableDimension"]
    if found is None or dimension not in (INSTANCES, CONCURRENCY):
        raise invalid(
            f"Unsupported ResourceId {params['ResourceId']} or ScalableDimension {dimension}: the "
            f"embedded cloud scales endpoint/NAME/variant/NAME in {INSTANCES} and {CONCURRENCY}."
        )
    return Place(found[1], found[2], dimension)


def _check_namespace(params: Mapping[str, Any]) -> None:
    if params["ServiceNamespace"] != "sagemaker":
        raise invalid(
            f"ServiceNamespace {params['ServiceNamespace']}: the embedded cloud scales sagemaker."
        )


def _check_variant(account: Account, place: Place) -> None:
    fleet = endpoints.find(account, place.endpoint).fleet
    variant = fleet.member(place.variant) if fleet else None
    if variant is None:
        raise invalid(f"There is no variant in service at the resource {place.resource}.")
    if (variant.serverless is not None) != (place.dimension == CONCURRENCY):
        raise invalid(f"The ScalableDimension {place.dimension} does not fit {place.resource}.")


def _bounds(account: Account, target: Target, params: Mapping[str, Any]) -> tuple[int, int]:
    """The least and the most capacity; those of a target that is known stay where not given."""
    place, known = target.place, target.place in account.targets
    least: int | None = params.get("MinCapacity", target.least if known else None)
    most: int | None = params.get("MaxCapacity", target.most if known else None)
    if least is None or most is None:
        raise invalid("MinCapacity and MaxCapacity are required to register a new scalable target.")
    if most < least:
        raise invalid("Maximum capacity cannot be less than minimum capacity")
    fleet = endpoints.find(account, place.endpoint).fleet
    if least == 0 and (fleet is None or "AsyncInferenceConfig" not in fleet.config):
        raise invalid(
            f"Minimum capacity cannot be zero for {place.resource}: MinCapacity 0 is for "
            "asynchronous endpoints."
        )
    return least, most


def _target(account: Account, place: Place) -> Target:
    arn = f"arn:aws:application-autoscaling:{account.region}:{account.id}:scalable-target/"
    awake = ("DynamicScalingIn", "DynamicScalingOut", "ScheduledScaling")
    suspended = {f"{name}Suspended": False for name in awake}
    identity = fresh_id(account.random).hex
    role = _ROLE.format(account.id)
    return Target(f"{arn}{identity}", place, account.clock(), 0, 0, role, suspended)


def _policy_arn(account: Account, place: Place, name: str) -> str:
    return (
        f"arn:aws:autoscaling:{account.region}:{account.id}:scalingPolicy:"
        f"{fresh_id(account.random)}:resource/sagemaker/{place.resource}:policyName/{name}"
    )


def _alarms(account: Account, policy: Policy) -> list[Params]:
    prefix = f"arn:aws:cloudwatch:{account.region}:{account.id}:alarm:"
    return [{"AlarmName": name, "AlarmARN": f"{prefix}{name}"} for name in policy.alarms]


def _forget(account: Account, key: tuple[Place, str]) -> None:
    for alarm in account.policies.pop(key).alarms:
        account.delete_alarm(alarm)


def _is_asked(place: Place, params: Mapping[str, Any]) -> bool:
    return params.get("ResourceId") in (None, place.resource) and (
        params.get("ScalableDimension") in (None, place.dimension)
    )


def _page(member: str, rows: list[Params], params: Params) -> Params:
    return listing.page(member, rows, {"MaxResults": _PAGE, **params}, name="ResourceId")


def _not_found(what: str, place: Place, more: str = "") -> Refusal:
    return Refusal(
        "ObjectNotFoundException",
        f"No {what} for service namespace: sagemaker, resource ID: {place.resource}, scalable "
        f"dimension: {place.dimension}{more}",
    )


OPERATIONS: Operations = {
    "RegisterScalableTarget": register_scalable_target,
    "DescribeScalableTargets": describe_scalable_targets,
    "DeregisterScalableTarget": deregister_scalable_target,
    "PutScalingPolicy": put_scaling_policy,
    "DescribeScalingPolicies": describe_scaling_policies,
    "DeleteScalingPolicy": delete_scaling_policy,
    "DescribeScalingActivities": describe_scaling_activities,
}
