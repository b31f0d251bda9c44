import json

import pytest
from slipway.documents import asked, check, decision, outcome, shard, sleep, task
from slipway.domain.desired import Desired, Policy, Runner
from slipway.domain.errors import InvalidInput
from slipway.domain.lease import Lease
from slipway.domain.record import Record
from slipway.domain.steps import Announce, AwaitChange, Step, Verdict
from slipway.domain.watch import Check, Outcome, Schedule
from slipway.domain.world import World
from slipway.looking import Look
from slipway.stepping import Task

EXECUTION = "arn:aws:states:eu-west-1:123456789012:execution:slipway-release:housing-4"
RECORD = Record(
    "housing",
    hints=4,
    fence=2,
    desired=Desired("housing", 3, {}, Policy()),
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


LIMITS = (("ks", 0.2), ("minimum_rows", 10.0))
SCHEDULE = Schedule(
    Runner.LAMBDA, "slipway-h", "h", "slipway-h", "monitoring/baselines/h/ab/", 6, LIMITS
)
ASKED = {**SCHEDULE.document(), "at": "2026-11-22T10:15:00Z"}


def test_a_schedule_survives_the_journey_as_a_check() -> None:
    asked_for = check(json.loads(json.dumps(ASKED)))
    assert asked_for == Check(SCHEDULE, 1795342500.0)
    assert asked_for.window.folders[-1] == "2026/11/22/09"


@pytest.mark.parametrize("at", ["2026-11-22T10:15:00+00:00", "2026-11-22T11:15:00+01:00"])
def test_a_moment_may_be_written_in_any_time_zone(at: str) -> None:
    assert check({**ASKED, "at": at}).at == 1795342500.0


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("at", None, "at: None is not a text"),
        ("at", "", "at: '' is not a text"),
        ("at", "<aws.scheduler.scheduled-time>", "is no moment; write 2026-11-22T10:15:00Z"),
        ("at", "2026-11-22T10:15:00", "is in no time zone; write 2026-11-22T10:15:00Z"),
        ("schedule", "", "start one with `slipway monitor`"),
        ("deployment", None, "start one with `slipway monitor`"),
        ("endpoint", 7, "start one with `slipway monitor`"),
        ("baseline", [], "start one with `slipway monitor`"),
        ("every", "1", "start one with `slipway monitor`"),
        ("every", 5, "start one with `slipway monitor`"),
        ("every", 0, "start one with `slipway monitor`"),
    ],
)
def test_a_check_that_was_asked_for_wrongly_is_told_why(
    field: str, value: object, complaint: str
) -> None:
    with pytest.raises(InvalidInput, match=complaint):
        check({**ASKED, field: value})


@pytest.mark.parametrize("limits", [{"ks": "much"}, {"ks": None}, {"ks": []}])
def test_a_limit_that_is_no_number_is_refused(limits: dict[str, object]) -> None:
    with pytest.raises(InvalidInput, match="start one with `slipway monitor`"):
        check({**ASKED, "limits": limits})


def test_a_shard_is_a_list_of_keys_of_a_schedule() -> None:
    assert shard({**SCHEDULE.document(), "keys": ["a", "b"]}) == (SCHEDULE, ["a", "b"])


@pytest.mark.parametrize("keys", [None, "a", ["a", 1], {}])
def test_a_shard_without_keys_is_refused(keys: object) -> None:
    with pytest.raises(InvalidInput, match=r"keys: .* is no list of keys; CheckDrift hands it on"):
        shard({**SCHEDULE.document(), "keys": keys})


def test_an_outcome_says_what_the_state_machine_chooses_by() -> None:
    assert outcome(Outcome("f/", shards="s.json")) == {
        "folder": "f/",
        "state": "",
        "shards": "s.json",
    }
