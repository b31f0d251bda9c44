import json

import pytest
from slipway.documents import asked, decision, sleep, task
from slipway.domain.desired import Desired, Policy
from slipway.domain.errors import InvalidInput
from slipway.domain.record import Lease, Record
from slipway.domain.steps import Announce, AwaitChange, Step, Verdict
from slipway.domain.world import World
from slipway.looking import Look
from slipway.release import Task

EXECUTION = "arn:aws:states:eu-west-1:123456789012:execution:slipway-release:housing-4"
RECORD = Record(
    "housing",
    hints=4,
    fence=2,
    desired=Desired("housing", 3, None, Policy()),
    lease=Lease(EXECUTION, 2, 0.0),
)


def look(step: Step, record: Record = RECORD) -> Look:
    return Look(record, World(), None, step)


def test_a_decision_is_what_the_next_state_needs() -> None:
    assert decision(look(AwaitChange(900, "it is Creating")), EXECUTION) == {
        "deployment": "housing",
        "execution": EXECUTION,
        "fence": 2,
        "generation": 3,
        "hints": 4,
        "step": "AwaitChange",
        "reason": "it is Creating",
        "timeout": 900,
    }


def test_only_a_wait_has_a_time_out() -> None:
    assert decision(look(Announce(Verdict.HELD, "nothing")), EXECUTION)["timeout"] is None


def test_what_was_never_asked_for_is_generation_nought() -> None:
    found = look(Announce(Verdict.HELD, "nothing"), Record("housing", fence=1))
    assert decision(found, EXECUTION)["generation"] == 0


def test_a_decision_survives_the_journey_as_a_task() -> None:
    document = json.loads(json.dumps(decision(look(AwaitChange(9, "why")), EXECUTION)))
    assert task(document) == Task("housing", 2, EXECUTION)
    assert asked(document) == ("housing", EXECUTION)
    assert sleep({**document, "token": "t"}) == ("t", 4)


@pytest.mark.parametrize("field", ["deployment", "execution", "fence"])
@pytest.mark.parametrize("value", [None, "", [], 1.5])
def test_a_document_that_was_tampered_with_is_refused(field: str, value: object) -> None:
    document = {**decision(look(AwaitChange(9, "why")), EXECUTION), field: value}
    with pytest.raises(InvalidInput, match=field):
        task(document)


def test_a_deployment_is_checked_where_it_enters() -> None:
    with pytest.raises(InvalidInput, match="cannot be a name"):
        asked({"deployment": "Housing!", "execution": EXECUTION})
