"""What Application Auto Scaling does: capacities follow the alarms of their policies.

    alarm in ALARM ──cooldown over, endpoint InService──► new capacity ──► activity, cooldown

Source: "How target tracking scaling works" and "How step scaling works", Application Auto Scaling
user guide.
"""

from collections.abc import Iterator, Mapping
from math import ceil, floor
from typing import Any

from slipway_local.sagemaker import endpoints
from slipway_local.sagemaker.account import Account
from slipway_local.sagemaker.captures import fresh_id
from slipway_local.sagemaker.errors import Refusal
from slipway_local.sagemaker.fleets import Variant
from slipway_local.sagemaker.scalables import CONCURRENCY, Activity, Policy, Ringing, Target

_COOLDOWN = 300
_KEPT = 1000  # activities; AWS keeps those of six weeks
_INFINITE = float("inf")


def advance(account: Account) -> None:
    """Conclude what is done, and heed every alarm whose policy may act."""
    _conclude(account)
    for policy in list(account.policies.values()):
        target = account.targets[policy.place]
        variant = _idle(account, target)
        if variant is None:
            continue
        wishes = [*_wishes(account, policy, target, variant)]
        if wishes:
            # Where alarms disagree the larger capacity wins.
            wanted, alarm = max(wishes)
            _change(account, policy, target, wanted, alarm)


def _idle(account: Account, target: Target) -> Variant | None:
    """The target's variant, unless its endpoint is gone or changes: scaling waits for that."""
    endpoint = account.endpoints.get(account.arn("endpoint", target.place.endpoint))
    if endpoint is None or endpoint.fleet is None or endpoint.status != "InService":
        return None
    return endpoint.fleet.member(target.place.variant)


def _wishes(
    account: Account, policy: Policy, target: Target, variant: Variant
) -> Iterator[tuple[int, str]]:
    """Capacities that the policy's alarms ask for, within the target's bounds, other than it is."""
    now = _capacity(target, variant)
    for alarm in account.ringing(policy.arn):
        wanted = min(max(_wanted(policy, alarm, now), target.least), target.most)
        way = "Out" if wanted > now else "In"
        cooling = account.clock() < target.due and not (target.shrunk and wanted > now)
        if (
            wanted != now
            and not cooling
            and not target.suspended.get(f"DynamicScaling{way}Suspended")
        ):
            yield wanted, alarm.name


def _capacity(target: Target, variant: Variant) -> int:
    if target.place.dimension == CONCURRENCY:
        return int((variant.desired_serverless or {}).get("ProvisionedConcurrency", 0))
    return variant.desired_instances or 0


def _wanted(policy: Policy, alarm: Ringing, now: int) -> int:
    if policy.kind == "StepScaling":
        return now + _step(policy.body, alarm, now)
    # What all instances have together, at the target's value for each.
    target: float = policy.body["TargetValue"]
    return ceil(max(now, 1) * alarm.value / target)


def _step(body: Mapping[str, Any], alarm: Ringing, now: int) -> int:
    """How much more capacity the step asks for that the breach falls into."""
    breach = alarm.value - alarm.threshold
    for step in body["StepAdjustments"]:
        low = step.get("MetricIntervalLowerBound", -_INFINITE)
        high = step.get("MetricIntervalUpperBound", _INFINITE)
        inside = low <= breach < high if breach >= 0 else low < breach <= high
        if inside:
            return _adjustment(body, int(step["ScalingAdjustment"]), now)
    return 0


def _adjustment(body: Mapping[str, Any], amount: int, now: int) -> int:
    kind = body.get("AdjustmentType")
    if kind == "ExactCapacity":
        return amount - now
    if kind != "PercentChangeInCapacity":
        return amount
    change = now * amount / 100
    # Above one it is rounded towards zero, below one away from it.
    whole = floor(abs(change)) or (1 if change else 0)
    least: int = max(whole, body.get("MinAdjustmentMagnitude", 0)) if amount else 0
    return least if amount > 0 else -least


def _change(account: Account, policy: Policy, target: Target, wanted: int, alarm: str) -> None:
    now, place = account.clock(), target.place
    activity = Activity(
        str(fresh_id(account.random)),
        place,
        wanted,
        f"monitor alarm {alarm} in state ALARM triggered policy {policy.name}",
        now,
    )
    account.activities = [*account.activities[-_KEPT:], activity]
    size = (
        {"ServerlessUpdateConfig": {"ProvisionedConcurrency": wanted}}
        if place.dimension == CONCURRENCY
        else {"DesiredInstanceCount": wanted}
    )
    variant = _idle(account, target)
    target.shrunk = variant is not None and wanted < _capacity(target, variant)
    target.due = now + _cooldown(policy, smaller=target.shrunk) * account.durations.second
    change = {"VariantName": place.variant, **size}
    request = {"EndpointName": place.endpoint, "DesiredWeightsAndCapacities": [change]}
    try:
        endpoints.update_endpoint_weights_and_capacities(account, request)
    except Refusal as refusal:
        activity.failure, activity.ended = str(refusal), now


def _cooldown(policy: Policy, *, smaller: bool) -> float:
    name = "Cooldown"
    if policy.kind != "StepScaling":
        name = "ScaleInCooldown" if smaller else "ScaleOutCooldown"
    seconds: float = policy.body.get(name, _COOLDOWN)
    return seconds


def _conclude(account: Account) -> None:
    for activity in account.activities:
        if activity.ended is None and not _moves(account, activity):
            activity.ended = account.clock()


def _moves(account: Account, activity: Activity) -> bool:
    endpoint = account.endpoints.get(account.arn("endpoint", activity.place.endpoint))
    return endpoint is not None and endpoint.status == "Updating"
