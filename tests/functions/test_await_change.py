from typing import TYPE_CHECKING

import pytest
from slipway.domain.errors import InvalidInput

if TYPE_CHECKING:
    from tests.functions.conftest import Advance, Call, World


def test_the_token_is_left_for_whoever_sees_a_change(
    world: "World", call: "Call", advance: "Advance"
) -> None:
    world.upload_model(manifest=WAITING)
    document = advance("AwaitChange")
    assert call("await_change", {**document, "token": "t-1"}) == "asleep"
    assert world.ports.ledger.load("housing").waiting == "t-1"
    assert world.executions.woken == []


def test_news_since_the_decision_ends_the_wait_at_once(
    world: "World", call: "Call", advance: "Advance"
) -> None:
    world.upload_model(manifest=WAITING)
    document = advance("AwaitChange")
    world.executions.asleep.add("t-1")
    call("await_change", {**document, "token": "t-1", "hints": document["hints"] - 1})
    assert world.executions.woken == ["t-1"]


def test_a_wait_without_a_token_is_refused(
    world: "World", call: "Call", advance: "Advance"
) -> None:
    world.upload_model(manifest=WAITING)
    document = advance("AwaitChange")
    with pytest.raises(InvalidInput, match="token"):
        call("await_change", document)


WAITING = "approval: manual\nimage: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/mine:1\n"
