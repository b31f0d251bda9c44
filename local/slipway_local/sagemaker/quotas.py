"""Account quotas, counted in instances: `ml.m5.large for endpoint usage`."""

from collections.abc import Iterable, Mapping
from math import ceil
from typing import Any

from slipway_local.sagemaker.account import Account, Endpoint
from slipway_local.sagemaker.errors import limit_exceeded
from slipway_local.sagemaker.fleets import Variant
from slipway_local.sagemaker.rollouts import Rollout


def demand(variants: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """How many instances of which type the variants ask for."""
    wanted: dict[str, int] = {}
    for variant in variants:
        if "InstanceType" in variant:
            kind = variant["InstanceType"]
            wanted[kind] = wanted.get(kind, 0) + variant.get("InitialInstanceCount", 1)
    return wanted


def surge(endpoint: Endpoint, wanted: Mapping[str, int], rollout: Rollout) -> dict[str, int]:
    """How many more instances an update needs on its way to `wanted`.

    A rolling one needs those of a batch, and of what grows; any other a second fleet.
    """
    if not rollout.rolling:
        return dict(wanted)
    batch = rollout.steps[0].traffic
    return {
        kind: ceil(count * batch) + max(0, count - endpoint.instances(kind))
        for kind, count in wanted.items()
    }


def growth(changes: Iterable[tuple[Variant, Mapping[str, Any]]]) -> dict[str, int]:
    """How many more instances of which type the variants' changes ask for."""
    more: dict[str, int] = {}
    for variant, change in changes:
        before = variant.desired_instances or 0
        kind = variant.config.get("InstanceType")
        if kind is not None:
            after = change.get("DesiredInstanceCount", before)
            more[kind] = more.get(kind, 0) + after - before
    return more


def check(account: Account, more: Mapping[str, int]) -> None:
    """Refuse `more` instances where they cross a quota. Raises Refusal: ResourceLimitExceeded.

    During a blue/green update both fleets count, during a rolling one the larger.
    """
    for kind, delta in more.items():
        allow(account, f"{kind} for endpoint usage", _used(account, kind), delta)


def allow(account: Account, quota: str, used: int, delta: int) -> None:
    """Refuse `delta` more where they cross the quota. Raises Refusal: ResourceLimitExceeded."""
    limit = account.quotas.get(quota)
    if limit is not None and delta > 0 and used + delta > limit:
        raise limit_exceeded(quota, limit=limit, used=used, delta=delta)


def _used(account: Account, instance_type: str) -> int:
    return sum(endpoint.instances(instance_type) for endpoint in account.endpoints.values())
