from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.functions.conftest import Advance, Call, Example, World


def test_an_upload_whose_event_was_lost_is_found(
    world: "World", call: "Call", example: "Example"
) -> None:
    world.upload_model()
    assert call("sweep", example("SweepRule.schedule.json")) == {"housing": "Started"}
    assert world.executions.started == [("housing", "housing-1")]


def test_what_is_released_and_told_is_left_alone(
    world: "World", call: "Call", advance: "Advance", example: "Example"
) -> None:
    world.upload_model()
    call("announce", advance("Announce"))
    assert call("sweep", example("SweepRule.schedule.json")) == {}
    assert world.executions.started == []


def test_an_endpoint_that_somebody_deleted_is_made_again(
    world: "World", call: "Call", advance: "Advance", example: "Example"
) -> None:
    world.upload_model()
    call("announce", advance("Announce"))
    world.executions.running.clear()
    world.sagemaker.control.delete_endpoint(EndpointName="slipway-housing")
    world.sagemaker.pass_time(60)
    assert call("sweep", example("SweepRule.schedule.json")) == {"housing": "Started"}
