"""Account quotas, counted in instances: `ml.m5.large for endpoint usage`."""

from collections.abc import Iterable, Mapping
from typing import Any

from slipway_local.sagemaker.account import Account
from slipway_local.sagemaker.errors import limit_exceeded


def demand(variants: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """How many instances of which type the variants ask for."""
    wanted: dict[str, int] = {}
    for variant in variants:
        if "InstanceType" in variant:
            kind = variant["InstanceType"]
            wanted[kind] = wanted.get(kind, 0) + variant.get("InitialInstanceCount", 1)
    return wanted


def check(account: Account, more: Mapping[str, int]) -> None:
    """Refuse `more` instances where they cross a quota. Raises Refusal: ResourceLimitExceeded.

    During a blue/green update both fleets count.
    """
    for instance_type, delta in more.items():
        quota = f"{instance_type} for endpoint usage"
        limit = account.quotas.get(quota)
        used = _used(account, instance_type)
        if limit is not None and delta > 0 and used + delta > limit:
            raise limit_exceeded(quota, limit=limit, used=used, delta=delta)


def _used(account: Account, instance_type: str) -> int:
    return sum(
        fleet.instances(instance_type)
        for endpoint in account.endpoints.values()
        for fleet in endpoint.fleets()
    )
