"""Checks for drift, as executions of a Step Functions state machine."""

import json
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

import boto3

from slipway.adapters.faults import translated
from slipway.domain.watch import Schedule

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


class StepFunctionsChecks:
    """Implements ports.Checks."""

    def __init__(self, session: boto3.Session, state_machine_arn: str) -> None:
        self._session = session
        self._state_machine_arn = state_machine_arn

    @cached_property
    def _client(self) -> "SFNClient":
        return self._session.client("stepfunctions")

    def start(self, schedule: Schedule, at: float) -> str:
        moment = datetime.fromtimestamp(at, UTC).isoformat()
        with translated():
            started = self._client.start_execution(
                stateMachineArn=self._state_machine_arn,
                input=json.dumps({**schedule.document(), "at": moment}),
            )
        return started["executionArn"]
