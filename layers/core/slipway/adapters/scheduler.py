"""Schedules of EventBridge Scheduler that start executions of a state machine."""

from functools import cached_property
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from slipway.adapters.faults import code_of, translated, unless

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_scheduler.type_defs import CreateScheduleInputTypeDef, GetScheduleOutputTypeDef

# Scheduler puts the moment there that a schedule was due.
DUE = "<aws.scheduler.scheduled-time>"
ABSENT = "ResourceNotFoundException"


class Scheduler:
    """`role` may start executions of `state_machine`; what cannot be started goes to the queue
    `dead_letters`. All three are ARNs."""

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

    def delete(self, name: str) -> None:
        """Delete the schedule, unless it is gone."""
        with translated(), unless(ABSENT):
            self._client.delete_schedule(Name=name)

    def _found(self, name: str) -> "GetScheduleOutputTypeDef | None":
        with translated():
            try:
                return self._client.get_schedule(Name=name)
            except ClientError as error:
                if code_of(error) != ABSENT:
                    raise
                return None

    def _make(self, call: "CreateScheduleInputTypeDef") -> None:
        """Make it, or make it anew over what is there."""
        with translated():
            try:
                self._client.create_schedule(**call)
            except ClientError as error:
                if code_of(error) != "ConflictException":
                    raise
                self._client.update_schedule(**call)

    def _call(
        self, name: str, description: str, expression: str, zone: str, document: str, latest: int
    ) -> "CreateScheduleInputTypeDef":
        """The schedule whose executions get the document; what cannot be started for `latest`
        seconds is given up."""
        return {
            "Name": name,
            "Description": description,
            "ScheduleExpression": expression,
            "ScheduleExpressionTimezone": zone,
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "State": "ENABLED",
            "Target": {
                "Arn": self._state_machine,
                "RoleArn": self._role,
                "Input": document,
                "RetryPolicy": {"MaximumEventAgeInSeconds": latest, "MaximumRetryAttempts": 10},
                "DeadLetterConfig": {"Arn": self._dead_letters},
            },
        }


def is_as(found: "GetScheduleOutputTypeDef", made: "CreateScheduleInputTypeDef") -> bool:
    """Whether a schedule is as it was made."""
    target = {key: found["Target"].get(key) for key in made["Target"]}
    kept = {**found, "Target": target}
    return {key: kept.get(key) for key in made} == made
