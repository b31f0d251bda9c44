import json
from collections.abc import Mapping
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from slipway.adapters.stepfunctions_executions import StepFunctionsExecutions
from slipway.domain.errors import Throttled

MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:slipway-release"
ENDED = "arn:aws:states:eu-west-1:123456789012:execution:slipway-release:h-1"


class StepFunctions:
    """Executions by their names. A name is started once, as AWS does it where the one of before
    has ended, or was started with something else."""

    def __init__(self, statuses: Mapping[str, str], error: str = "ExecutionAlreadyExists") -> None:
        self.statuses = dict(statuses)
        self.started: list[str] = []
        self._error = error

    def start_execution(self, **asked: str) -> dict[str, Any]:
        assert (asked["stateMachineArn"], json.loads(asked["input"])) == (
            MACHINE,
            {"deployment": "h"},
        )
        name = asked["name"]
        if name in self.statuses:
            response: Any = {"Error": {"Code": self._error}, "ResponseMetadata": {}}
            raise ClientError(response, "StartExecution")
        self.started.append(name)
        return {}

    def describe_execution(self, *, executionArn: str) -> dict[str, Any]:  # noqa: N803  AWS's name
        assert executionArn == ENDED
        return {"status": self.statuses["h-1"]}


def started(stepfunctions: StepFunctions, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    session = boto3.Session(region_name="eu-west-1")
    monkeypatch.setattr(session, "client", lambda _: stepfunctions)
    StepFunctionsExecutions(session, MACHINE).start("h", "h-1")
    return stepfunctions.started


def test_a_release_is_started_under_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    assert started(StepFunctions({}), monkeypatch) == ["h-1"]


def test_one_that_runs_already_is_not_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    assert started(StepFunctions({"h-1": "RUNNING"}), monkeypatch) == []


@pytest.mark.parametrize("status", ["SUCCEEDED", "FAILED", "ABORTED", "TIMED_OUT"])
def test_where_one_of_its_name_has_ended_it_gets_another(
    monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    (name,) = started(StepFunctions({"h-1": status}), monkeypatch)
    assert name != "h-1"


def test_no_other_answer_starts_a_second_one(monkeypatch: pytest.MonkeyPatch) -> None:
    stepfunctions = StepFunctions({"h-1": "SUCCEEDED"}, "ThrottlingException")
    with pytest.raises(Throttled):
        started(stepfunctions, monkeypatch)
    assert stepfunctions.started == []
