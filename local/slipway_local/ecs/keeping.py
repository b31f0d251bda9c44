"""What of an account outlives its process, written down as JSON.

Containers do not: a task that ran has stopped, and a service starts others in its place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from slipway_local.ecs import stopping
from slipway_local.ecs.account import (
    Account,
    Cluster,
    Container,
    Definition,
    Deployment,
    Health,
    Params,
    Service,
    Task,
)


@dataclass(frozen=True, slots=True)
class KeptContainer:
    """A container without its process."""

    arn: str
    definition: Params
    status: str
    started: float | None
    code: int | None
    reason: str | None
    health: str


@dataclass(frozen=True, slots=True)
class KeptTask:
    """A task without its containers' processes."""

    id: str
    arn: str
    cluster: str
    definition: Definition
    asked: Params
    containers: Sequence[KeptContainer]
    address: str
    attachment: str
    interface: str
    created: float
    status: str
    desired: str
    version: int
    began: float | None
    pulled: float | None
    started: float | None
    stopping: float | None
    execution_stopped: float | None
    stopped: float | None
    stop_code: str | None
    reason: str | None
    deployment: str | None
    counted: bool


@dataclass(frozen=True, slots=True)
class KeptService:
    """A service, whose scheduler looks anew."""

    name: str
    arn: str
    cluster: str
    body: Params
    created: float
    desired: int
    status: str
    deployments: list[Deployment]
    events: list[Params]


@dataclass(frozen=True, slots=True)
class Kept:
    """An account."""

    clusters: dict[str, Cluster]
    definitions: dict[str, list[Definition]]
    tags: dict[str, list[Params]]
    tokens: dict[str, tuple[Params, Sequence[str]]]
    tasks: Sequence[KeptTask]
    services: Sequence[KeptService]


def written(account: Account) -> bytes:
    """The account as JSON."""
    with account.lock:
        members = _members(Kept, account)
        members["tasks"] = [_task(each) for each in account.tasks.values()]
        members["services"] = [
            KeptService(**_members(KeptService, each)) for each in account.services.values()
        ]
        return bytes(_adapter().dump_json(Kept(**members)))


def restore(account: Account, content: bytes) -> None:
    """Have in a new account what was `written`. Raises ValueError."""
    kept = _adapter().validate_json(content)
    with account.lock:
        for name in ("clusters", "definitions", "tags", "tokens"):
            getattr(account, name).update(getattr(kept, name))
        for service in kept.services:
            account.services[service.arn] = Service(**_members(KeptService, service))
        for task in kept.tasks:
            _restore(account, task)
        stopping.end_with_cloud(account)


@cache
def _adapter() -> TypeAdapter[Kept]:
    return TypeAdapter(Kept)


def _task(task: Task) -> KeptTask:
    containers = [
        KeptContainer(**_members(KeptContainer, each) | {"health": each.health.status})
        for each in task.containers
    ]
    return KeptTask(**_members(KeptTask, task) | {"containers": containers})


def _restore(account: Account, kept: KeptTask) -> None:
    containers = [_container(each, gone=kept.stopped is None) for each in kept.containers]
    task = Task(**_members(KeptTask, kept) | {"containers": containers})
    account.tasks[task.arn] = task


def _container(kept: KeptContainer, *, gone: bool) -> Container:
    changed: Mapping[str, Any] = {"health": Health(kept.health)}
    if gone and kept.status != "STOPPED":
        changed = {**changed, "status": "STOPPED", "reason": stopping.CLOUD_ENDED}
    return Container(**{**_members(KeptContainer, kept), **changed})


def _members(kind: type, found: object) -> dict[str, Any]:
    return {field.name: getattr(found, field.name) for field in fields(kind)}
