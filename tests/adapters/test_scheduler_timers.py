import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from slipway.adapters.scheduler_timers import SchedulerTimers
from slipway.domain.batch import Timer
from slipway.domain.wish import RunNow, wish_of

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient

MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:slipway-release"
ROLE = "arn:aws:iam::123456789012:role/schedules"
QUEUE = "arn:aws:sqs:eu-west-1:123456789012:dead"
TIMER = Timer("slipway-h.batch", "h", "cron(0 3 1 * ? *)", "Europe/Berlin")


@pytest.fixture
def timers(aws: boto3.Session) -> SchedulerTimers:
    return SchedulerTimers(aws, MACHINE, ROLE, QUEUE)


@pytest.fixture
def scheduler(aws: boto3.Session) -> "EventBridgeSchedulerClient":
    return aws.client("scheduler")


def test_what_was_put_is_found_and_may_be_deleted_twice(timers: SchedulerTimers) -> None:
    assert timers.find(TIMER.name) is None
    timers.put(TIMER)
    timers.put(TIMER)
    assert timers.find(TIMER.name) == TIMER
    timers.delete(TIMER.name)
    timers.delete(TIMER.name)
    assert timers.find(TIMER.name) is None


def test_it_starts_a_release_that_is_told_of_a_run(
    timers: SchedulerTimers, scheduler: "EventBridgeSchedulerClient"
) -> None:
    timers.put(TIMER)
    target = scheduler.get_schedule(Name=TIMER.name)["Target"]
    assert (target["Arn"], target["DeadLetterConfig"]) == (MACHINE, {"Arn": QUEUE})
    at = "2026-11-27T03:00:00Z"
    told = json.loads(target["Input"].replace("<aws.scheduler.scheduled-time>", at))
    assert (told["deployment"], wish_of(told["wish"])) == ("h", RunNow(due=at))


@pytest.mark.parametrize(
    "by_hand",
    [
        {"State": "DISABLED"},
        {"ScheduleExpression": "rate(5 minutes)"},
        {"ScheduleExpressionTimezone": "UTC"},
        {"Target": {"RoleArn": f"{ROLE}-2"}},
        {"Target": {"Input": "no JSON"}},
        {"Target": {"Input": "[1]"}},
        {"Target": {"Input": '{"deployment": "other"}'}},
    ],
)
def test_what_somebody_changed_by_hand_is_not_what_was_put(
    by_hand: dict[str, Any],
    timers: SchedulerTimers,
    scheduler: "EventBridgeSchedulerClient",
) -> None:
    timers.put(TIMER)
    kept: Any = scheduler.get_schedule(Name=TIMER.name)
    kept = {name: kept[name] for name in CALL}
    by_hand = {**by_hand, "Target": {**kept["Target"], **by_hand.get("Target", {})}}
    scheduler.update_schedule(**{**kept, **by_hand})
    found = timers.find(TIMER.name)
    assert found is not None
    assert found != TIMER


CALL = (
    "Name",
    "Description",
    "ScheduleExpression",
    "ScheduleExpressionTimezone",
    "FlexibleTimeWindow",
    "State",
    "Target",
)
