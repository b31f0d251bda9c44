"""What should watch an endpoint: a baseline, a schedule and alarms."""

from slipway.domain import naming
from slipway.domain.alarms import Alarm, Metric
from slipway.domain.batch import Timer
from slipway.domain.desired import Desired, Monitor, Runner
from slipway.domain.naming import Site
from slipway.domain.remedy import Limit
from slipway.domain.rollout import Guarded
from slipway.domain.watch import (
    BY_FEATURE,
    HOUR,
    METRIC,
    NAMESPACE,
    UNWATCHED,
    Schedule,
    Watch,
    baseline_folder,
)

SAGEMAKER, INSTANCES = "AWS/SageMaker", "/aws/sagemaker/Endpoints"
MINUTE = 60
# Of three minutes two: a single bad minute of few requests is no reason to go back.
GUARDED_MINUTES, BAD_MINUTES = 3, 2
MICROSECONDS = 1_000_000


def baseline(desired: Desired, package_key: str) -> str | None:
    """The folder of the baseline: another one for other data, another model, other thresholds."""
    monitor, data = desired.policy.monitor, desired.baseline
    if monitor is None or data is None:
        return None
    said: dict[str, object] = {
        "data": data.uri,
        "version": data.version_id,
        "package": package_key,
        "header": monitor.header,
        "thresholds": dict(monitor.thresholds),
    }
    if monitor.outputs:
        said["outputs"] = list(monitor.outputs)
    key = naming.digest(said)
    return baseline_folder(desired.deployment, key)


def watch(desired: Desired, site: Site, monitor: Monitor | None, baseline: str | None) -> Watch:
    """The schedule that holds what an endpoint is asked against its baseline, and its alarm."""
    if monitor is None or baseline is None:
        return UNWATCHED
    name = naming.endpoint_name(site, desired.deployment)
    # Model Monitor's own container knows none of Slipway's checks.
    own = monitor.runner == Runner.LAMBDA
    given = sorted(monitor.limits.items())
    limits = tuple(limit for limit in given if own or limit[0] == BY_FEATURE)
    schedule = Schedule(
        monitor.runner, name, desired.deployment, name, baseline, monitor.every, limits
    )
    return frozenset({schedule, _drift(desired.deployment, site, monitor)})


def timer(desired: Desired, site: Site) -> Watch:
    """The schedule by which a batch deployment runs."""
    batch = desired.policy.batch
    if batch is None or not batch.expression:
        return UNWATCHED
    name = naming.timer_name(naming.endpoint_name(site, desired.deployment))
    return frozenset({Timer(name, desired.deployment, batch.expression, batch.time_zone)})


def _drift(deployment: str, site: Site, monitor: Monitor) -> Alarm:
    """It rings when a window has violations, which IngestViolations counts."""
    dimensions = (("deployment", deployment), ("service", site.prefix))
    return Alarm(
        name=naming.alarm_name(naming.endpoint_name(site, deployment)),
        about=f"What {deployment} is asked violates its baseline",
        metric=Metric(NAMESPACE, METRIC, "Maximum", dimensions),
        threshold=1.0,
        period=monitor.every * HOUR,
        missing_data=monitor.missing_data,
    )


def guards(desired: Desired, site: Site) -> frozenset[Alarm]:
    """The alarms that send a new version back which SageMaker rolls out."""
    rollout, policy = desired.policy.rollout, desired.policy
    if not isinstance(rollout, Guarded) or desired.is_member:
        return frozenset()
    endpoint, limits = naming.endpoint_name(site, desired.deployment), rollout.guards
    kinds = (
        ("5xx", "Invocation5XXErrors", "Average", limits.errors_5xx),
        ("4xx", "Invocation4XXErrors", "Average", limits.errors_4xx),
        ("latency", "ModelLatency", "p99", limits.latency_p99 * MICROSECONDS),
        ("no-answer", "InvocationModelErrors", "Average", limits.no_answer),
    )
    return frozenset(
        _guard(endpoint, variant.name, *kind) for variant in policy.variants for kind in kinds
    )


def limits(desired: Desired, site: Site) -> frozenset[Alarm]:
    """The alarms that something is done about, on metrics."""
    if desired.is_member:
        return frozenset()
    endpoint = naming.endpoint_name(site, desired.deployment)
    return frozenset(
        _limit(endpoint, variant, policy.limit)
        for policy in desired.policy.alarms
        if policy.limit
        for variant in (each.name for each in desired.policy.variants)
        if policy.limit.variant in ("", variant)
    )


def _limit(endpoint: str, variant: str, limit: Limit) -> Alarm:
    dimensions = (("EndpointName", endpoint), ("VariantName", variant))
    own = limit.metric.endswith("Utilization")
    return Alarm(
        name=naming.guard_name(endpoint, variant, limit.metric),
        about=f"{limit.metric} of {variant} at {endpoint} is too high",
        metric=Metric(INSTANCES if own else SAGEMAKER, limit.metric, limit.statistic, dimensions),
        threshold=limit.above,
        period=MINUTE,
        periods=limit.minutes,
        datapoints=limit.minutes,
    )


def _guard(
    endpoint: str, variant: str, kind: str, metric: str, statistic: str, threshold: float
) -> Alarm:
    dimensions = (("EndpointName", endpoint), ("VariantName", variant))
    return Alarm(
        name=naming.guard_name(endpoint, variant, kind),
        about=f"{metric} of {variant} at {endpoint} sends a new version back",
        metric=Metric(SAGEMAKER, metric, statistic, dimensions),
        threshold=threshold,
        period=MINUTE,
        periods=GUARDED_MINUTES,
        datapoints=BAD_MINUTES,
    )
