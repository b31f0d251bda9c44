"""What a desired state means on SageMaker: the package, model and config that should exist."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from math import ceil

from slipway.domain import naming
from slipway.domain.desired import Desired, EndpointTarget, Monitor, Runner
from slipway.domain.footprint import Footprint
from slipway.domain.naming import Site
from slipway.domain.watch import UNWATCHED, Alarm, Schedule, Watch, baseline_folder
from slipway.domain.world import Inspected, Package

VARIANT = "AllTraffic"
# A minute a gigabyte, to fetch and again to load, is slow; ten minutes SageMaker waits anyway.
SECONDS_PER_GB = 60
PATIENCE_SECONDS, MOST_SECONDS = 600, 3600


@dataclass(frozen=True, slots=True)
class Container:
    """What runs: an exact image, bytes pinned by their digest, and its environment."""

    image: str
    model_data_url: str
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Plan:
    """The resources one desired state asks for. Every name but the endpoint's and the group's
    carries a digest of its content."""

    endpoint: str
    group: str
    package_key: str
    model: str
    config: str
    container: Container
    target: EndpointTarget
    network_isolation: bool
    capture_percentage: int
    capture_uri: str
    role_arn: str
    baseline: str | None = None
    watch: Watch = UNWATCHED

    @property
    def footprint(self) -> Footprint:
        """What it leaves in the account."""
        return Footprint(self.config, (self.model,))

    @property
    def schedule(self) -> Schedule | None:
        """The schedule that checks for drift, if one is wanted."""
        return next((part for part in self.watch if isinstance(part, Schedule)), None)


def plan(
    desired: Desired, inspected: Inspected, site: Site, package: Package | None = None
) -> Plan:
    """The plan for `desired`, whose artifact was inspected and has an image.

    A model is made from a registered version, so its name and its config's are not final until
    `package` is: a version that somebody deleted and that was registered anew makes new ones.
    """
    deployment, policy = desired.deployment, desired.policy
    container = _container(desired, inspected, site)
    # The container fetches Slipway's default script itself, so it needs its way to S3.
    isolated = policy.network_isolation and inspected.script is None
    package_key = naming.digest(
        {
            "sha256": inspected.sha256,
            "image": container.image,
            "environment": dict(container.environment),
        }
    )
    registered = package.arn if package and package.key == package_key else ""
    model_key = naming.digest(
        {
            "package": package_key,
            "registered": registered,
            "isolated": isolated,
            "role": site.role_arn,
        }
    )
    target = _patient(policy.target, inspected.artifact.size)
    given = {name: value for name, value in asdict(target).items() if value is not None}
    config_key = naming.digest({"model": model_key, "capture": policy.capture_percentage, **given})
    baseline = _baseline(desired, package_key)
    return Plan(
        endpoint=naming.endpoint_name(site, deployment),
        group=naming.group_name(site, deployment),
        package_key=package_key,
        model=f"{site.prefix}-{deployment}-{model_key}",
        config=f"{site.prefix}-{deployment}-{config_key}",
        container=container,
        target=target,
        network_isolation=isolated,
        capture_percentage=policy.capture_percentage,
        capture_uri=f"s3://{site.bucket}/capture",
        role_arn=site.role_arn,
        baseline=baseline,
        watch=_watch(desired, site, policy.monitor, baseline) if policy.monitor else UNWATCHED,
    )


def _patient(target: EndpointTarget, size: int) -> EndpointTarget:
    """The target with time-outs that let a model of `size` bytes arrive and load."""
    needed = ceil(size / 1e9 * SECONDS_PER_GB)
    if needed <= PATIENCE_SECONDS:
        return target
    seconds = min(needed, MOST_SECONDS)
    download = target.model_data_download_timeout_in_seconds or seconds
    startup = target.container_startup_health_check_timeout_in_seconds or seconds
    return replace(
        target,
        model_data_download_timeout_in_seconds=download,
        container_startup_health_check_timeout_in_seconds=startup,
    )


def _baseline(desired: Desired, package_key: str) -> str | None:
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


def _watch(desired: Desired, site: Site, monitor: Monitor, baseline: str | None) -> Watch:
    if baseline is None:
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


def _container(desired: Desired, inspected: Inspected, site: Site) -> Container:
    image = desired.policy.image or inspected.image or ""
    pinned, script = naming.pinned_key(desired.deployment, inspected.sha256), {}
    if inspected.script:
        script["SAGEMAKER_SUBMIT_DIRECTORY"] = f"s3://{site.bucket}/{inspected.script_key}"
    return Container(
        image=image,
        model_data_url=f"s3://{site.bucket}/{pinned}",
        environment={**inspected.environment, **script, **desired.policy.environment},
    )
