"""What Fargate runs, and what it refuses.

Source: "Amazon ECS task definition differences for Fargate", Amazon ECS Developer Guide.
"""

import re
from collections.abc import Iterator, Sequence

from slipway_local.ecs.account import Params
from slipway_local.ecs.errors import client

_GIB = 1024
# CPU units of a task to the sizes of memory, in MiB, that go with them.
_SIZES = {
    256: (512, 1 * _GIB, 2 * _GIB),
    512: range(1 * _GIB, 4 * _GIB + 1, _GIB),
    1024: range(2 * _GIB, 8 * _GIB + 1, _GIB),
    2048: range(4 * _GIB, 16 * _GIB + 1, _GIB),
    4096: range(8 * _GIB, 30 * _GIB + 1, _GIB),
    8192: range(16 * _GIB, 60 * _GIB + 1, 4 * _GIB),
    16384: range(32 * _GIB, 120 * _GIB + 1, 8 * _GIB),
}
_DRIVER = "awslogs"
_OPTIONAL = ("awslogs-create-group", "mode", "max-buffer-size")
_LOGGED = ("awslogs-group", "awslogs-region", "awslogs-stream-prefix")
_STORAGE = range(21, 201)
_LONGEST_STOP = 120
_UNITS = {"vcpu": 1024, "gb": _GIB, "": 1}


def sized(asked: str, member: str) -> str:
    """A size as ECS describes it: `1 vCPU` is 1024, `0.5 GB` is 512. Raises Refusal."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(vcpu|gb|)\s*", asked.lower())
    if found is None or found[2] == ("gb" if member == "cpu" else "vcpu"):
        raise client(f"Invalid '{member}' setting for task. {member} is {asked!r}.")
    return str(round(float(found[1]) * _UNITS[found[2]]))


def check(definition: Params) -> None:
    """Raises Refusal: ClientException for what Fargate does not run."""
    for problem in _problems(definition):
        raise client(problem)


def _problems(definition: Params) -> Iterator[str]:
    if definition["networkMode"] != "awsvpc":
        yield "Fargate only supports network mode ‘awsvpc’."  # noqa: RUF001 - ECS's own quotes
    for member in ("cpu", "memory"):
        if member not in definition:
            yield f"Fargate requires that '{member}' be defined at the task level."
    cpu, memory = int(definition["cpu"]), int(definition["memory"])
    if memory not in _SIZES.get(cpu, ()):
        yield _no_size(cpu, memory)
    yield from _around(definition)
    for container in definition["containerDefinitions"]:
        yield from _of_container(container, definition)


def _around(definition: Params) -> Iterator[str]:
    size = definition.get("ephemeralStorage", {}).get("sizeInGiB", _STORAGE[0])
    if size not in _STORAGE:
        yield f"Invalid ephemeralStorage: sizeInGiB is {size}, and must be from 21 to 200."
    system = definition.get("runtimePlatform", {}).get("operatingSystemFamily", "LINUX")
    if system != "LINUX":
        yield f"operatingSystemFamily is {system}: only LINUX is run here."
    for volume in definition["volumes"]:
        if "sourcePath" in volume.get("host", {}):
            yield (
                f"Fargate does not support a sourcePath of a volume's host: volume "
                f"{volume.get('name')!r} names one. Leave it out."
            )


def _of_container(container: Params, definition: Params) -> Iterator[str]:
    name, role = container["name"], definition.get("executionRoleArn")
    if "logConfiguration" in container:
        yield from _of_log(name, container["logConfiguration"], role)
    if ".dkr.ecr." in container["image"] and not role:
        yield "Fargate requires task definition to have execution role ARN to support ECR images."
    if container.get("stopTimeout", 0) > _LONGEST_STOP:
        yield f"stopTimeout of container {name!r} must be at most {_LONGEST_STOP} seconds."
    for mapping in container["portMappings"]:
        if mapping["hostPort"] not in (0, mapping["containerPort"]):
            yield (
                "When networkMode=awsvpc, the host ports and container ports in port mappings "
                "must match."
            )
        if mapping["protocol"] != "tcp":
            yield f"Protocol {mapping['protocol']!r} of a port of {name!r}: use tcp here."


def _of_log(name: str, log: Params, role: str | None) -> Iterator[str]:
    driver, options = log["logDriver"], log.get("options", {})
    if driver != _DRIVER:
        yield f"Log driver {driver!r} of container {name!r} is not run here: use {_DRIVER}."
    if not role:
        yield (
            "Fargate requires task definition to have execution role ARN to support log driver "
            f"{driver}."
        )
    for option in (each for each in _LOGGED if each not in options):
        yield (
            f"Log driver {driver} of container {name!r} requires the option {option} on Fargate: "
            "give it."
        )
    for option in (each for each in options if each not in (*_LOGGED, *_OPTIONAL)):
        yield f"The option {option} of the log of container {name!r} is not executed here."


def _no_size(cpu: int, memory: int) -> str:
    values = (
        _valid(_SIZES[cpu]) if cpu in _SIZES else f"cpu is one of {', '.join(map(str, _SIZES))}"
    )
    return (
        f"No Fargate configuration exists for given values: {cpu} CPU, {memory} memory. See the "
        f"Amazon ECS documentation for the valid values: {values}."
    )


def _valid(sizes: Sequence[int]) -> str:
    return f"with it memory is one of {', '.join(map(str, sizes))}"
