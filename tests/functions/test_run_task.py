"""A task is started, stopped and ended, through the handlers."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.functions.conftest import Advance, Call, World

IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/mine:1"
TASK = f"image: {IMAGE}\ntask: {{command: [python, job.py]}}\n"
WISH = {"type": "task", "command": ["python", "other.py"]}


@pytest.fixture
def released(world: "World", call: "Call", advance: "Advance") -> "World":
    """A deployment that has a task."""
    world.upload_model(manifest=TASK)
    assert call("announce", advance("Announce")) == "Released"
    return world


def test_a_task_starts_ends_and_is_told(
    released: "World", call: "Call", advance: "Advance"
) -> None:
    assert call("run_task", advance("RunTask", "release-2", WISH)) == "task 1 runs version 1"
    assert call("announce", advance("Announce", "release-2")) == "Released"
    released.tick()
    run = released.runner["task"]
    assert (run.program.image, [*run.program.command]) == (IMAGE, WISH["command"])
    run.ended = 3
    released.tick()
    told = call("run_task", advance("RunTask", "release-3"))
    assert told == "task 1: Failed: exit code 3"
    found = released.aws.client("ecs").list_task_definitions(familyPrefix="slipway-housing")
    assert found["taskDefinitionArns"] == []


def test_a_task_is_stopped_when_its_deployment_goes(
    released: "World", call: "Call", advance: "Advance"
) -> None:
    call("run_task", advance("RunTask", "release-2", WISH))
    call("announce", advance("Announce", "release-2"))
    released.tick()
    stops = advance("RunTask", "release-3", {"type": "delete"})
    assert call("run_task", stops) == "stop of task 1 accepted"
    released.tick()
    told = call("run_task", advance("RunTask", "release-3"))
    assert told == "task 1: Failed: exit code 143; housing is asked to go"


def test_a_task_whose_name_was_lost_is_found(
    released: "World", call: "Call", advance: "Advance"
) -> None:
    call("run_task", advance("RunTask", "release-2", WISH))
    call("announce", advance("Announce", "release-2"))
    ledger = released.ports.ledger
    record = ledger.load("housing")
    lost = replace(record.tasks.last[0], arn="")
    ledger.save(replace(record, tasks=record.tasks.having(lost)))
    stops = advance("RunTask", "release-3", {"type": "delete"})
    assert call("run_task", stops) == "stop of task 1 accepted"
