"""The order in which a task's containers start and stop: dependsOn."""

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from slipway_local.ecs.account import Container, Params
from slipway_local.ecs.errors import client


def check(containers: Sequence[Params]) -> None:
    """Raises Refusal: ClientException where the order cannot be kept."""
    known = {each["name"]: each for each in containers}
    for container in containers:
        for wanted in container.get("dependsOn", ()):
            _check_one(container["name"], wanted, known)
    names = {each["name"]: [*_named(each)] for each in containers}
    try:
        TopologicalSorter(names).prepare()
    except CycleError as error:
        raise client(
            f"Cyclic dependencies among containers: {' → '.join(error.args[1])}."
        ) from error


def _check_one(name: str, wanted: Params, known: Mapping[str, Params]) -> None:
    on, condition = known.get(wanted["containerName"]), wanted["condition"]
    if on is None:
        raise client(
            f"Container '{name}' depends on '{wanted['containerName']}', which is not there."
        )
    if condition == "HEALTHY" and "healthCheck" not in on:
        raise client(
            f"Container '{on['name']}' has no health check: '{name}' depends on it to be HEALTHY."
        )
    if condition in ("COMPLETE", "SUCCESS") and on["essential"]:
        raise client(
            f"Container '{on['name']}' is essential, and '{name}' depends on it with the condition "
            f"{condition}: set its essential to false."
        )


def _named(definition: Params) -> Sequence[str]:
    return [each["containerName"] for each in definition.get("dependsOn", ())]


def ready(container: Container, containers: Sequence[Container]) -> bool:
    """Whether all that it depends on has come so far."""
    return all(_met(each, containers) for each in container.definition.get("dependsOn", ()))


def never(container: Container, containers: Sequence[Container]) -> str:
    """Why it will never start; empty while it may."""
    for wanted in container.definition.get("dependsOn", ()):
        on, condition = _on(wanted, containers), wanted["condition"]
        if on.status == "STOPPED" and not _met(wanted, containers):
            return f"dependency on container '{on.name}' was not met: {condition}"
        if condition == "HEALTHY" and on.health.status == "UNHEALTHY":
            return f"dependency on container '{on.name}' was not met: it is UNHEALTHY"
    return ""


def needed(container: Container, containers: Sequence[Container]) -> bool:
    """Whether one that runs still depends on it."""
    return any(
        container.name in _named(each.definition)
        for each in containers
        if each.run is not None and each.status != "STOPPED"
    )


def _on(wanted: Params, containers: Sequence[Container]) -> Container:
    return next(each for each in containers if each.name == wanted["containerName"])


def _met(wanted: Params, containers: Sequence[Container]) -> bool:
    on = _on(wanted, containers)
    match wanted["condition"]:
        case "START":
            return on.started is not None
        case "COMPLETE":
            return on.code is not None
        case "SUCCESS":
            return on.code == 0
    return on.health.status == "HEALTHY"
