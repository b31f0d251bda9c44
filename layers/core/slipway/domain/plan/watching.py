"""What should watch an endpoint: a baseline, a schedule and an alarm."""

from slipway.domain import naming
from slipway.domain.desired import Desired, Monitor, Runner
from slipway.domain.naming import Site
from slipway.domain.watch import UNWATCHED, Alarm, Schedule, Watch, baseline_folder


def baseline(desired: Desired, package_key: str) -> str | None:
    """The folder of the baseline: another one for other data, another model, other thresholds."""
    monitor, data = desired.policy.monitor, desired.baseline
    if monitor is None or data is None:
        return None
    key = naming.digest(
        {
            "data": data.uri,
            "version": data.version_id,
            "package": package_key,
            "header": monitor.header,
            "thresholds": dict(monitor.thresholds),
        }
    )
    return baseline_folder(desired.deployment, key)


def watch(desired: Desired, site: Site, monitor: Monitor | None, baseline: str | None) -> Watch:
    """The schedule that holds what an endpoint is asked against its baseline, and its alarm."""
    if monitor is None or baseline is None:
        return UNWATCHED
    name = naming.endpoint_name(site, desired.deployment)
    # Model Monitor's own container knows none of Slipway's checks.
    own = monitor.runner == Runner.LAMBDA
    limits = tuple(sorted(monitor.limits.items())) if own else ()
    schedule = Schedule(
        monitor.runner, name, desired.deployment, name, baseline, monitor.every, limits
    )
    alarm = Alarm(naming.alarm_name(name), desired.deployment, monitor.every, monitor.missing_data)
    return frozenset({schedule, alarm})
