"""Releases, as executions of a Step Functions state machine."""

import json
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import uuid4

import boto3
from botocore.exceptions import ClientError

from slipway.adapters.faults import STARTED, code_of, translated

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

NOBODY_SLEEPS = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})


class StepFunctionsExecutions:
    """Implements ports.Executions."""

    def __init__(self, session: boto3.Session, state_machine_arn: str) -> None:
        self._session = session
        self._state_machine_arn = state_machine_arn

    @cached_property
    def _client(self) -> "SFNClient":
        return self._session.client("stepfunctions")

    def start(self, deployment: str, name: str) -> None:
        with translated():
            try:
                self._start(deployment, name)
            except ClientError as error:
                if code_of(error) != STARTED:
                    raise
                if not self.is_running(self._arn(name)):
                    # Names count hints, and a ledger that was restored counts some again.
                    self._start(deployment, str(uuid4()))

    def _start(self, deployment: str, name: str) -> None:
        self._client.start_execution(
            stateMachineArn=self._state_machine_arn,
            name=name,
            input=json.dumps({"deployment": deployment}),
        )

    def _arn(self, name: str) -> str:
        machine = self._state_machine_arn.replace(":stateMachine:", ":execution:")
        return f"{machine}:{name}"

    def is_running(self, execution: str) -> bool:
        with translated():
            try:
                found = self._client.describe_execution(executionArn=execution)
            except ClientError as error:
                if code_of(error) not in ("ExecutionDoesNotExist", "InvalidArn"):
                    raise
                return False
        return found["status"] in ("RUNNING", "PENDING_REDRIVE")

    def wake(self, token: str) -> bool:
        with translated():
            try:
                self._client.send_task_success(taskToken=token, output="{}")
            except ClientError as error:
                if code_of(error) not in NOBODY_SLEEPS:
                    raise
                return False
        return True
