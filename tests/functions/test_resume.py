from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.functions.conftest import Advance, Call, Example, Queued, World


@pytest.mark.parametrize(
    "event",
    [
        "ChangeRule.endpoint.json",
        "ChangeRule.deployment.json",
        "ChangeRule.package.json",
        "AlarmRule.alarm.json",
    ],
)
def test_a_change_wakes_the_release_that_waits(
    event: str,
    world: "World",
    call: "Call",
    advance: "Advance",
    example: "Example",
    queued: "Queued",
) -> None:
    world.upload_model(manifest=WAITING)
    world.executions.asleep.add("t-1")
    call("await_change", {**advance("AwaitChange"), "token": "t-1"})
    assert call("resume", queued(example(event))) == {"batchItemFailures": []}
    assert world.executions.woken == ["t-1"]
    assert world.executions.started == []


def test_an_endpoint_of_somebody_else_wakes_nobody(
    world: "World", call: "Call", example: "Example", queued: "Queued"
) -> None:
    event = example("ChangeRule.endpoint.json")
    event["detail"]["EndpointName"] = "housing"
    assert call("resume", queued(event)) == {"batchItemFailures": []}
    assert world.ports.ledger.load("housing").hints == 0


WAITING = "approval: manual\nimage: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/mine:1\n"
