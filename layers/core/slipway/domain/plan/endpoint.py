"""What a desired state means as an endpoint: its variants, its config, and what watches it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from math import ceil

from slipway.domain import naming
from slipway.domain.alarms import Alarm
from slipway.domain.batch import Transform
from slipway.domain.desired import (
    VARIANT,
    Asynchronous,
    Desired,
    EndpointTarget,
    ServerlessTarget,
    Target,
    Use,
    VariantPolicy,
)
from slipway.domain.footprint import Footprint
from slipway.domain.naming import Site
from slipway.domain.plan import watching
from slipway.domain.plan.model import Model, model
from slipway.domain.watch import UNWATCHED, Schedule, Watch
from slipway.domain.world import Inspected, Kind, Package, read

# A minute a gigabyte, to fetch and again to load, is slow; ten minutes SageMaker waits anyway.
SECONDS_PER_GB = 60
CANDIDATE = "Candidate"  # no variant of a user's is called so, for those have small letters
PATIENCE_SECONDS, MOST_SECONDS = 600, 3600


@dataclass(frozen=True, slots=True)
class Variant:
    """A model with its compute and its share of the traffic; or a `shadow`, which sees that many
    of 100 requests and answers nobody."""

    name: str
    weight: float
    target: Target
    model: Model
    shadow: int | None = None

    @property
    def called(self) -> str:
        """What a person calls it."""
        return self.name if self.shadow is None else f"the shadow {self.name}"


@dataclass(frozen=True, slots=True)
class Plan:
    """The resources one desired state asks for. Every name but the endpoint's and the group's
    carries a digest of its content; weights are none of it, for they change in place. `watch` is
    what shall watch it, of which `guards` watch its updates. Where files are answered, `transform`
    says how, and no config is made: its name is only what tells the version from others."""

    endpoint: str
    group: str
    config: str
    variants: tuple[Variant, ...]
    capture_percentage: int
    capture_uri: str
    role_arn: str
    async_uri: str = ""
    baseline: str | None = None
    watch: Watch = UNWATCHED
    guards: frozenset[Alarm] = frozenset()
    transform: Transform | None = None

    @property
    def models(self) -> tuple[Model, ...]:
        """The models of its variants; one that several share is one."""
        named = {variant.model.name: variant.model for variant in self.variants}
        return tuple(named.values())

    @property
    def registered(self) -> tuple[Model, ...]:
        """The models that are registered versions: all but one that loads others."""
        return tuple(model for model in self.models if not model.many)

    @property
    def package_keys(self) -> tuple[str, ...]:
        """Their packages, in the same order."""
        return tuple(model.package_key for model in self.registered)

    @property
    def answering(self) -> tuple[Variant, ...]:
        """The variants that answer: all but a shadow."""
        return tuple(variant for variant in self.variants if variant.shadow is None)

    @property
    def asked_keys(self) -> tuple[str, ...]:
        """The packages of what was asked for: where there is a candidate, of that alone."""
        candidates = (each for each in self.variants if each.name == CANDIDATE)
        keys = tuple(candidate.model.package_key for candidate in candidates)
        return keys or self.package_keys

    @property
    def weights(self) -> dict[str, float]:
        """The traffic of each variant; nothing where one has all of it anyway."""
        several = self.answering if len(self.answering) > 1 else ()
        return {variant.name: variant.weight for variant in several}

    @property
    def serverless(self) -> bool:
        """Whether it has no instances."""
        return any(isinstance(variant.target, ServerlessTarget) for variant in self.variants)

    @property
    def asynchronous(self) -> Asynchronous | None:
        """How its requests wait in line, if they do; its variants agree on it."""
        return line_of(self.variants[0].target)

    @property
    def kind(self) -> Kind:
        """What SageMaker calls such an endpoint."""
        return Kind.of(serverless=self.serverless, asynchronous=self.asynchronous is not None)

    @property
    def footprint(self) -> Footprint:
        """What it leaves in the account."""
        made = () if "/" in self.config else self.models  # which made nothing but a copy of bytes
        return Footprint(self.config, tuple(model.name for model in made))

    @property
    def schedule(self) -> Schedule | None:
        """The schedule that checks for drift, if one is wanted."""
        return next((part for part in self.watch if isinstance(part, Schedule)), None)


def runs(desired: Desired, inspected: Iterable[Inspected]) -> bool:
    """Whether each container that is wanted has bytes that may be used, and an image."""
    policy, files = desired.policy, read(desired, inspected)
    for variant in policy.variants:
        for container in variant.containers:
            found = files.get(Use(container.part, policy.target_of(variant).instance_type))
            image = container.image or policy.image or (found and found.image)
            if found is None or found.refused is not None or not image:
                return False
    return True


def plan(
    desired: Desired,
    inspected: Iterable[Inspected],
    site: Site,
    packages: Sequence[Package] = (),
) -> Plan:
    """The plan for `desired`, whose parts were inspected and have an image."""
    deployment, policy, files = desired.deployment, desired.policy, read(desired, inspected)
    variants = tuple(_variant(desired, each, files, site, packages) for each in policy.variants)
    batch = policy.batch and {"batch": asdict(policy.batch.transform)}
    told = {**_told(variants), "capture": policy.capture_percentage, **(batch or {})}
    key = naming.digest({**told, "fresh": desired.fresh} if desired.fresh else told)
    baseline = watching.baseline(desired, variants[0].model.package_key)
    guards, limits = watching.guards(desired, site), watching.limits(desired, site)
    return Plan(
        endpoint=naming.endpoint_name(site, deployment),
        group=naming.group_name(site, deployment),
        config=_config(desired, site, variants, key),
        variants=variants,
        capture_percentage=policy.capture_percentage,
        capture_uri=f"s3://{site.bucket}/capture",
        role_arn=site.role_arn,
        async_uri=_async_uri(desired, site),
        baseline=baseline,
        watch=watching.watch(desired, site, policy.monitor, baseline)
        | guards
        | limits
        | watching.timer(desired, site),
        guards=guards,
        transform=policy.batch.transform if policy.batch else None,
    )


def line_of(target: Target) -> Asynchronous | None:
    """How requests wait in line where a variant runs so, if they do."""
    return target.asynchronous if isinstance(target, EndpointTarget) else None


def kind_of(target: Target) -> Kind:
    """What SageMaker calls an endpoint whose variants run so."""
    serverless = isinstance(target, ServerlessTarget)
    return Kind.of(serverless=serverless, asynchronous=line_of(target) is not None)


def _async_uri(desired: Desired, site: Site) -> str:
    """Below which an asynchronous endpoint writes what it answers; "" for any other."""
    if line_of(desired.policy.target) is None:
        return ""
    return f"s3://{site.bucket}/{naming.answered_prefix(desired.deployment)}"


def beside(stable: Plan, candidate: Plan) -> Plan:
    """The candidate as a variant beside what it shall replace, without traffic."""
    (old,), (new,) = stable.variants, candidate.variants
    variants = (replace(old, weight=100.0), replace(new, name=CANDIDATE, weight=0.0))
    key = naming.digest({**_told(variants), "capture": candidate.capture_percentage})
    stem = candidate.config.rpartition("-")[0]
    return replace(candidate, config=f"{stem}-{key}", variants=variants)


def _config(desired: Desired, site: Site, variants: Sequence[Variant], key: str) -> str:
    """The config's name; of a model behind a multi-model endpoint its host's, and the name under
    which that can load it."""
    deployment = desired.deployment
    if not desired.is_member:
        return f"{site.prefix}-{deployment}-{key}"
    version = variants[0].model.package_key
    return f"{naming.host_of(deployment)}/{naming.member_of(deployment)}@{version}{naming.ARCHIVE}"


def versions(packages: Sequence[str], made: Plan | None) -> str:
    """What a person calls registered versions: "version 3"; with the variants, where there are
    several models. Nothing where they are none of a registry's."""
    numbers = [arn.rpartition("/")[2] for arn in packages]
    if not numbers or not all(number.isdigit() for number in numbers):
        return ""
    if len(numbers) == 1 or made is None:
        return f"version {' and '.join(numbers)}"
    named = dict(zip((model.name for model in made.registered), numbers, strict=True))
    told = (f"{each.called} version {named[each.model.name]}" for each in made.variants)
    return " with ".join(told)


def _variant(
    desired: Desired,
    given: VariantPolicy,
    files: Mapping[Use, Inspected],
    site: Site,
    packages: Sequence[Package],
) -> Variant:
    target = desired.policy.target_of(given)
    uses = (Use(container.part, target.instance_type) for container in given.containers)
    size = sum(files[use].artifact.size for use in uses)
    made = model(desired, given, files, site, packages)
    return Variant(given.name, given.weight, _patient(target, size), made, given.shadow)


def _told(variants: Sequence[Variant]) -> dict[str, object]:
    """What tells a config from others."""
    told = {
        variant.name: {
            "model": variant.model.name.rpartition("-")[2],
            **({"shadow": variant.shadow} if variant.shadow is not None else {}),
            **{name: value for name, value in asdict(variant.target).items() if value is not None},
        }
        for variant in variants
    }
    return told[VARIANT] if [*told] == [VARIANT] else {"variants": told}


def _patient(target: Target, size: int) -> Target:
    """The target with time-outs that let models of `size` bytes arrive and load."""
    needed = ceil(size / 1e9 * SECONDS_PER_GB)
    if needed <= PATIENCE_SECONDS or not isinstance(target, EndpointTarget):
        return target
    seconds = min(needed, MOST_SECONDS)
    download = target.model_data_download_timeout_in_seconds or seconds
    startup = target.container_startup_health_check_timeout_in_seconds or seconds
    return replace(
        target,
        model_data_download_timeout_in_seconds=download,
        container_startup_health_check_timeout_in_seconds=startup,
    )
