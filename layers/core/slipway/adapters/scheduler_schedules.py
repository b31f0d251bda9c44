"""Checks for drift by Slipway's own functions, as schedules of EventBridge Scheduler."""

import json
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from slipway.adapters.faults import code_of, translated, unless
from slipway.domain.desired import Runner
from slipway.domain.errors import InvalidInput
from slipway.domain.watch import MINUTES_LATE, Schedule

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_scheduler.type_defs import CreateScheduleInputTypeDef, TargetTypeDef

# Scheduler puts the moment there that a schedule was due.
DUE = "<aws.scheduler.scheduled-time>"
ABSENT = "ResourceNotFoundException"
# A check that cannot be started for this long is one that the next one makes up for.
LATEST_SECONDS = 3600


class SchedulerSchedules:
    """Implements ports.Schedules. `role` may start executions of `state_machine`; what cannot be
    started goes to the queue `dead_letters`. All three are ARNs."""

    def __init__(
        self, session: boto3.Session, state_machine: str, role: str, dead_letters: str
    ) -> None:
        self._session = session
        self._state_machine = state_machine
        self._role = role
        self._dead_letters = dead_letters

    @cached_property
    def _client(self) -> "EventBridgeSchedulerClient":
        return self._session.client("scheduler")

    def find(self, name: str) -> Schedule | None:
        """The schedule; of an impossible period where it is not as `put` makes it."""
        with translated():
            try:
                found = self._client.get_schedule(Name=name)
            except ClientError as error:
                if code_of(error) != ABSENT:
                    raise
                return None
        try:
            schedule = Schedule.of(json.loads(found["Target"].get("Input", "{}")))
        except (InvalidInput, TypeError, ValueError):
            return Schedule(Runner.LAMBDA, name, "", "", "", 0)
        made = self._call(schedule)
        kept = {**found, "Target": {key: found["Target"].get(key) for key in made["Target"]}}
        as_made = {key: kept.get(key) for key in made} == made
        return schedule if as_made else replace(schedule, every=0)

    def put(self, schedule: Schedule) -> None:
        """Make it, or make it anew over what is there."""
        with translated():
            try:
                self._client.create_schedule(**self._call(schedule))
            except ClientError as error:
                if code_of(error) != "ConflictException":
                    raise
                self._client.update_schedule(**self._call(schedule))

    def delete(self, name: str) -> None:
        with translated(), unless(ABSENT):
            self._client.delete_schedule(Name=name)

    def _call(self, schedule: Schedule) -> "CreateScheduleInputTypeDef":
        return {
            "Name": schedule.name,
            "Description": f"Checks what {schedule.endpoint} is asked for drift",
            "ScheduleExpression": _expression(schedule.every),
            "ScheduleExpressionTimezone": "UTC",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "State": "ENABLED",
            "Target": self._target(schedule),
        }

    def _target(self, schedule: Schedule) -> "TargetTypeDef":
        return {
            "Arn": self._state_machine,
            "RoleArn": self._role,
            "Input": json.dumps({**schedule.document(), "at": DUE}),
            "RetryPolicy": {
                "MaximumEventAgeInSeconds": LATEST_SECONDS,
                "MaximumRetryAttempts": 10,
            },
            "DeadLetterConfig": {"Arn": self._dead_letters},
        }


def _expression(every: int) -> str:
    hours = "*" if every == 1 else f"0/{every}"
    return f"cron({MINUTES_LATE} {hours} * * ? *)"
