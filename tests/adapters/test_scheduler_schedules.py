import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from slipway.adapters.scheduler_schedules import SchedulerSchedules
from slipway.documents import check
from slipway.domain.desired import Runner
from slipway.domain.watch import PERIODS, Schedule

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient

MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:slipway-check"
ROLE = "arn:aws:iam::123456789012:role/schedules"
QUEUE = "arn:aws:sqs:eu-west-1:123456789012:dead"
NAME = "slipway-h"


def schedule(every: int = 1, **limits: float) -> Schedule:
    return Schedule(
        Runner.LAMBDA, NAME, "h", NAME, "monitoring/baselines/h/ab/", every, tuple(limits.items())
    )


@pytest.fixture
def schedules(aws: boto3.Session) -> SchedulerSchedules:
    return SchedulerSchedules(aws, MACHINE, ROLE, QUEUE)


@pytest.fixture
def scheduler(aws: boto3.Session) -> "EventBridgeSchedulerClient":
    return aws.client("scheduler")


@pytest.mark.parametrize("made", [schedule(), schedule(6, ks=0.2, psi=0.5), schedule(24)])
def test_what_was_put_is_found(made: Schedule, schedules: SchedulerSchedules) -> None:
    schedules.put(made)
    schedules.put(made)
    assert schedules.find(NAME) == made


def test_what_is_put_again_otherwise_is_found_so(schedules: SchedulerSchedules) -> None:
    schedules.put(schedule())
    schedules.put(changed := schedule(12, minimum_rows=10.0))
    assert schedules.find(NAME) == changed


def test_what_is_not_there_is_not_found_and_may_be_deleted(schedules: SchedulerSchedules) -> None:
    assert schedules.find(NAME) is None
    schedules.put(schedule())
    schedules.delete(NAME)
    assert schedules.find(NAME) is None
    schedules.delete(NAME)


def test_each_check_is_started_a_quarter_past_under_the_role_and_lost_ones_are_kept(
    schedules: SchedulerSchedules, scheduler: "EventBridgeSchedulerClient"
) -> None:
    schedules.put(schedule())
    found = scheduler.get_schedule(Name=NAME)
    assert found["ScheduleExpression"] == "cron(15 * * * ? *)"
    assert (found["ScheduleExpressionTimezone"], found["State"]) == ("UTC", "ENABLED")
    target = found["Target"]
    assert (target["Arn"], target["RoleArn"]) == (MACHINE, ROLE)
    assert target["DeadLetterConfig"] == {"Arn": QUEUE}


@pytest.mark.parametrize("every", [period for period in PERIODS if period > 1])
def test_hours_are_counted_from_midnight(
    every: int, schedules: SchedulerSchedules, scheduler: "EventBridgeSchedulerClient"
) -> None:
    schedules.put(schedule(every))
    expression = scheduler.get_schedule(Name=NAME)["ScheduleExpression"]
    assert expression == f"cron(15 0/{every} * * ? *)"


def test_what_a_check_is_told_is_a_check_once_the_moment_is_in_it(
    schedules: SchedulerSchedules, scheduler: "EventBridgeSchedulerClient"
) -> None:
    schedules.put(made := schedule(6, ks=0.2))
    given = scheduler.get_schedule(Name=NAME)["Target"]["Input"]
    due = given.replace("<aws.scheduler.scheduled-time>", "2026-11-22T10:15:00Z")
    assert check(json.loads(due)).schedule == made


@pytest.mark.parametrize(
    "by_hand",
    [
        {"State": "DISABLED"},
        {"ScheduleExpression": "rate(5 minutes)"},
        {"ScheduleExpression": "cron(45 * * * ? *)"},
        {"ScheduleExpressionTimezone": "Europe/Berlin"},
        {"FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 60}},
        {"Target": {"Arn": f"{MACHINE}-2"}},
        {"Target": {"RoleArn": f"{ROLE}-2"}},
        {"Target": {"DeadLetterConfig": {"Arn": f"{QUEUE}-2"}}},
        {"Target": {"RetryPolicy": {"MaximumRetryAttempts": 0}}},
        {"Target": {"Input": "{}"}},
        {"Target": {"Input": "no JSON"}},
        {"Target": {"Input": "null"}},
        {"Target": {"Input": "[1]"}},
        {"Target": {"Input": json.dumps(schedule().document())}},
        {"Target": {"Input": json.dumps({**schedule(2).document(), "at": "x"})}},
    ],
)
def test_what_somebody_changed_by_hand_is_not_what_was_put(
    by_hand: dict[str, Any],
    schedules: SchedulerSchedules,
    scheduler: "EventBridgeSchedulerClient",
) -> None:
    schedules.put(schedule())
    kept: Any = scheduler.get_schedule(Name=NAME)
    kept = {name: kept[name] for name in CALL if name in kept}
    by_hand = {**by_hand, "Target": {**kept["Target"], **by_hand.get("Target", {})}}
    scheduler.update_schedule(**{**kept, **by_hand})
    found = schedules.find(NAME)
    assert found is not None
    assert found != schedule()
    assert found.name == NAME
    schedules.put(schedule())
    assert schedules.find(NAME) == schedule()


CALL = (
    "Name",
    "Description",
    "ScheduleExpression",
    "ScheduleExpressionTimezone",
    "FlexibleTimeWindow",
    "State",
    "Target",
)
