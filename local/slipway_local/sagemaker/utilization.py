"""What instances use of themselves, and what waits for them: measured once a minute.

Source: "Metrics for monitoring Amazon SageMaker AI with Amazon CloudWatch": CPUUtilization is 100
for each CPU in full use, the others are shares of the instance.
"""

from collections.abc import Iterator, Mapping

from slipway_local.sagemaker import instances, metrics
from slipway_local.sagemaker.account import Account, Endpoint
from slipway_local.sagemaker.fleets import Variant
from slipway_local.sagemaker.metrics import Datum
from slipway_local.sagemaker.serving import Usage

_VOLUME_GIB = 30


def measure(account: Account) -> None:
    """Leave the metrics when they are due. Containers are asked without the account's lock."""
    with account.lock:
        now = account.clock()
        if now < account.measured + account.durations.measuring:
            return
        account.measured = now
        endpoints = [each for each in account.endpoints.values() if each.fleet is not None]
        variants = [(each.name, variant) for each in endpoints for variant in _members(each)]
    data = [datum for name, variant in variants for datum in _used(account, name, variant, now)]
    with account.lock:
        data += [datum for each in endpoints for datum in _backlog(account, each, now)]
        account.metrics.extend(data)


def _members(endpoint: Endpoint) -> list[Variant]:
    return endpoint.fleet.members() if endpoint.fleet else []


def _used(account: Account, endpoint: str, variant: Variant, now: float) -> Iterator[Datum]:
    kind = variant.config.get("InstanceType")
    if kind is None or not variant.instances:
        return
    usage = sum((server.usage() for server in variant.servers), Usage())
    volume = variant.config.get("VolumeSizeInGB", _VOLUME_GIB) * instances.GIB
    percentages: Mapping[str, float] = {
        "CPUUtilization": _worked(account, endpoint, variant.name, usage.cpu, now),
        "MemoryUtilization": 100 * usage.memory / instances.memory(kind),
        "DiskUtilization": 100 * usage.disk / volume,
    }
    yield from metrics.utilization(endpoint, variant.name, percentages=percentages, time=now)


def _worked(account: Account, endpoint: str, variant: str, cpu: float, now: float) -> float:
    """Percent of one CPU since the last look."""
    then, before = account.worked.get((endpoint, variant), (now, cpu))
    account.worked[endpoint, variant] = (now, cpu)
    return 100 * max(0.0, cpu - before) / (now - then) if now > then else 0.0


def _backlog(account: Account, endpoint: Endpoint, now: float) -> Iterator[Datum]:
    if endpoint.fleet is None or "AsyncInferenceConfig" not in endpoint.fleet.config:
        return
    waiting = sum(each.endpoint == endpoint.name for each in account.waiting)
    count = sum(variant.instances or 0 for variant in endpoint.fleet.variants)
    yield from metrics.backlog(endpoint.name, waiting=waiting, instances=count, time=now)
