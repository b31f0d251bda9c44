"""What of an account outlives its process, written down as JSON.

Containers do not: each is started anew from what its variant runs. An endpoint that served is under
maintenance until they serve again, an update that was on its way begins anew, one that was being
rolled back has been, and a job that ran has failed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from slipway_local.sagemaker import deployments, fleets
from slipway_local.sagemaker.account import (
    Account,
    Deployment,
    Endpoint,
    Execution,
    Package,
    Params,
    Resource,
    Schedule,
    TransformJob,
)
from slipway_local.sagemaker.fleets import Fleet, Program
from slipway_local.sagemaker.jobs import Ending, ProcessingJob
from slipway_local.sagemaker.rollouts import plan
from slipway_local.sagemaker.scalables import Activity, Policy, Target


@dataclass(frozen=True, slots=True)
class KeptVariant:
    """A variant without its containers."""

    program: Program
    weight: float
    instances: int | None
    desired_weight: float
    desired_instances: int | None
    serverless: Mapping[str, Any] | None
    desired_serverless: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class KeptFleet:
    """A fleet without its containers."""

    config_name: str
    config: Mapping[str, Any]
    variants: Sequence[KeptVariant]
    capture: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class KeptEndpoint:
    """An endpoint; `pending` is the fleet that an update was bringing up."""

    name: str
    arn: str
    config_name: str
    created: float
    modified: float
    status: str
    mixed_share: float
    failure: str | None
    failed: float
    deployment_config: Params | None
    fleet: KeptFleet | None
    mixed: KeptFleet | None
    pending: KeptFleet | None


@dataclass(frozen=True, slots=True)
class KeptJob:
    """A processing job without its process."""

    name: str
    arn: str
    created: float
    modified: float
    body: Mapping[str, Any]
    schedule: str | None
    status: str
    started: float | None
    ended: float | None
    message: str | None
    failure: str | None


@dataclass(frozen=True, slots=True)
class KeptTransform:
    """A transform job without its containers."""

    name: str
    arn: str
    created: float
    modified: float
    body: Mapping[str, Any]
    instance: str
    status: str
    started: float | None
    ended: float | None
    failure: str | None


@dataclass(frozen=True, slots=True)
class KeptExecution:
    """A schedule's execution; `job` is its job's ARN."""

    schedule: Schedule
    config: Mapping[str, Any]
    scheduled: float
    start: float
    end: float
    due: float
    created: float
    modified: float
    status: str
    failure: str | None
    job: str | None


@dataclass(frozen=True, slots=True)
class Kept:
    """An account."""

    models: dict[str, Resource]
    configs: dict[str, Resource]
    groups: dict[str, Resource]
    packages: dict[str, Package]
    versions: dict[str, int]
    tokens: dict[str, tuple[str, Params]]
    targets: Sequence[Target]
    policies: Sequence[Policy]
    activities: Sequence[Activity]
    definitions: dict[str, Resource]
    schedules: dict[str, Schedule]
    tags: dict[str, dict[str, str]]
    endpoints: Sequence[KeptEndpoint]
    jobs: Sequence[KeptJob]
    transforms: Sequence[KeptTransform]
    executions: Sequence[KeptExecution]


_SIZES = [field.name for field in fields(KeptVariant) if field.name != "program"]


class GoneRun:
    """The run of a job that ended with the process before."""

    def began(self) -> bool:
        """It has."""
        return True

    def ending(self) -> Ending:
        """It ended with the cloud."""
        return Ending(failure="InternalServerError: the embedded cloud ended while the job ran")

    def stop(self) -> None:
        """It has ended."""


def written(account: Account) -> bytes:
    """The account as JSON."""
    with account.lock:
        return bytes(_adapter().dump_json(_kept(account)))


def restore(account: Account, content: bytes) -> None:
    """Have in a new account what was `written`, and start its containers. Raises ValueError."""
    kept = _adapter().validate_json(content)
    with account.lock:
        for name in ("models", "configs", "groups", "packages", "versions", "tokens"):
            getattr(account, name).update(getattr(kept, name))
        for name in ("definitions", "schedules", "tags"):
            getattr(account, name).update(getattr(kept, name))
        account.targets.update({each.place: each for each in kept.targets})
        account.policies.update({(each.place, each.name): each for each in kept.policies})
        account.activities = list(kept.activities)
        for endpoint in kept.endpoints:
            _restore_endpoint(account, endpoint)
        for job in kept.jobs:
            account.jobs[job.arn] = ProcessingJob(**_members(KeptJob, job), run=GoneRun())
        for each in kept.transforms:
            account.transforms[each.arn] = TransformJob(**_members(KeptTransform, each))
        account.executions += (_execution(account, each) for each in kept.executions)


@cache
def _adapter() -> TypeAdapter[Kept]:
    return TypeAdapter(Kept)


def _kept(account: Account) -> Kept:
    members = _members(Kept, account)
    members["targets"] = [*account.targets.values()]
    members["policies"] = [*account.policies.values()]
    members["endpoints"] = [_endpoint(each) for each in account.endpoints.values()]
    members["jobs"] = [KeptJob(**_members(KeptJob, each)) for each in account.jobs.values()]
    members["transforms"] = [
        KeptTransform(**_members(KeptTransform, each)) for each in account.transforms.values()
    ]
    members["executions"] = [
        KeptExecution(**_members(KeptExecution, each) | {"job": each.job and each.job.arn})
        for each in account.executions
    ]
    return Kept(**members)


def _endpoint(endpoint: Endpoint) -> KeptEndpoint:
    pending = endpoint.pending.fleet if endpoint.pending else None
    found = {"fleet": endpoint.fleet, "mixed": endpoint.mixed, "pending": pending}
    kept = {name: fleet and _fleet(fleet) for name, fleet in found.items()}
    return KeptEndpoint(**_members(KeptEndpoint, endpoint) | kept)


def _fleet(fleet: Fleet) -> KeptFleet:
    variants = [KeptVariant(**_members(KeptVariant, each)) for each in fleet.members()]
    return KeptFleet(fleet.config_name, fleet.config, variants, fleet.capture)


def _restore_endpoint(account: Account, kept: KeptEndpoint) -> None:
    now = account.clock()
    members = _members(KeptEndpoint, kept)
    for name in ("fleet", "mixed"):
        members[name] = members[name] and _launched(account, members[name])
    endpoint = Endpoint(**members | {"due": now, "pending": None})
    account.endpoints[endpoint.arn] = endpoint
    if kept.pending is not None and endpoint.status in ("Creating", "Updating"):
        fleet = _launched(account, kept.pending)
        rollout = plan(endpoint.deployment_config or {}, fleet.size())
        endpoint.pending = Deployment(fleet, now, rollout)
    if endpoint.status == "InService":
        deployments.enter(account, endpoint, "SystemUpdating")
    elif endpoint.status not in deployments.LASTING:
        account.moving[endpoint.arn] = endpoint


def _launched(account: Account, kept: KeptFleet) -> Fleet:
    programs = [each.program for each in kept.variants]
    fleet = fleets.launch(
        kept.config_name, kept.config, programs, account.launcher, account.clock()
    )
    fleet.capture = kept.capture
    for variant, before in zip(fleet.members(), kept.variants, strict=True):
        for name in _SIZES:
            setattr(variant, name, getattr(before, name))
    return fleet


def _execution(account: Account, kept: KeptExecution) -> Execution:
    schedule = account.schedules.get(kept.schedule.arn, kept.schedule)
    job = account.jobs[kept.job] if kept.job else None
    return Execution(**_members(KeptExecution, kept) | {"schedule": schedule, "job": job})


def _members(kind: type, found: object) -> dict[str, Any]:
    return {field.name: getattr(found, field.name) for field in fields(kind)}
