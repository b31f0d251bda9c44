"""The models that should exist: containers in the order in which they are asked, and the package
that they are registered as."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from slipway.domain import naming
from slipway.domain.desired import ContainerPolicy, Desired, Use, VariantPolicy
from slipway.domain.naming import Site
from slipway.domain.world import Inspected, Package

# What one container of a pipeline answers another: nobody asks it for a type of its own. All of
# AWS's toolkits and algorithms that can write CSV take this for their default.
PASSES_ON = {"SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv"}


@dataclass(frozen=True, slots=True)
class Container:
    """What runs: an exact image, bytes pinned by their digest, and its environment. `name` is its
    part's, as the host name that a pipeline's containers are told apart by."""

    image: str
    model_data_url: str
    environment: Mapping[str, str]
    name: str = ""

    @property
    def runs(self) -> tuple[str, Mapping[str, str]]:
        """What runs, whatever it loads."""
        return self.image, self.environment


@dataclass(frozen=True, slots=True)
class Model:
    """A model, and the package it is registered as; both names carry a digest of their content.

    One that loads `many` models is registered as nothing, for what it loads is by itself.
    """

    name: str
    package_key: str
    containers: tuple[Container, ...]
    network_isolation: bool
    many: bool = False


def model(
    desired: Desired,
    variant: VariantPolicy,
    read: Mapping[Use, Inspected],
    site: Site,
    packages: Sequence[Package],
) -> Model:
    """The model of a variant.

    It is made from a registered version, so its name is not final until the package is: a version
    that somebody deleted and that was registered anew makes a new one.
    """
    on = desired.policy.target_of(variant).instance_type
    files = [read[Use(container.part, on)] for container in variant.containers]
    last = len(files) - 1
    containers = tuple(
        _container(desired, given, found, site, PASSES_ON if place < last else {})
        for place, (given, found) in enumerate(zip(variant.containers, files, strict=True))
    )
    # The container fetches Slipway's default script itself, so it needs its way to S3.
    isolated = desired.policy.network_isolation and not any(found.script for found in files)
    if desired.is_host:
        return _host(desired, containers[0], site, isolated=isolated)
    key = _package_key(containers, files)
    arn = next((package.arn for package in packages if package.key == key), "")
    name = naming.digest(
        {"package": key, "registered": arn, "isolated": isolated, "role": site.role_arn}
    )
    return Model(f"{site.prefix}-{desired.deployment}-{name}", key, containers, isolated)


def _host(desired: Desired, container: Container, site: Site, *, isolated: bool) -> Model:
    """The model that loads others. Which of them was there first says what runs them all."""
    url = f"s3://{site.bucket}/{naming.loadable_prefix(desired.deployment)}"
    runs = replace(container, model_data_url=url, name="")
    told = {"image": runs.image, "environment": dict(runs.environment), "many": url}
    name = naming.digest({**told, "isolated": isolated, "role": site.role_arn})
    return Model(f"{site.prefix}-{desired.deployment}-{name}", "", (runs,), isolated, many=True)


def _package_key(containers: Sequence[Container], files: Sequence[Inspected]) -> str:
    told = [
        {
            "sha256": found.sha256,
            "image": container.image,
            "environment": dict(container.environment),
            **({"name": container.name} if container.name else {}),
        }
        for container, found in zip(containers, files, strict=True)
    ]
    return naming.digest(told[0] if len(told) == 1 else {"containers": told})


def _container(
    desired: Desired,
    given: ContainerPolicy,
    found: Inspected,
    site: Site,
    passes_on: Mapping[str, str],
) -> Container:
    policy, script = desired.policy, {}
    pinned = naming.pinned_key(desired.deployment, found.sha256)
    if found.script:
        script["SAGEMAKER_SUBMIT_DIRECTORY"] = f"s3://{site.bucket}/{found.script_key}"
    return Container(
        image=given.image or policy.image or found.image or "",
        model_data_url=f"s3://{site.bucket}/{pinned}",
        environment={
            **found.environment,
            **script,
            **passes_on,
            **policy.environment,
            **given.environment,
        },
        name="" if desired.policy.many else given.part,
    )
