import json
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from botocore.client import BaseClient
from slipway.adapters.remedies_started import RemediesStarted
from slipway.domain.errors import Refused

ROLE = "arn:aws:iam::123456789012:role/start"
PIPELINE = "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/train"
DEFINITION = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}


@pytest.fixture
def machine(aws: boto3.Session) -> str:
    made = aws.client("stepfunctions").create_state_machine(
        name="retrain", definition=json.dumps(DEFINITION), roleArn=ROLE
    )
    return made["stateMachineArn"]


def test_a_state_machine_is_started_once_for_a_token(aws: boto3.Session, machine: str) -> None:
    starts, client = RemediesStarted(aws, ROLE, (machine, PIPELINE)), aws.client("stepfunctions")
    for _ in range(2):
        starts.start("retrain", "h-1", {"deployment": "h"})
    (execution,) = client.list_executions(stateMachineArn=machine)["executions"]
    assert execution["name"] == "h-1"
    told = client.describe_execution(executionArn=execution["executionArn"])
    assert json.loads(told["input"]) == {"deployment": "h"}


def test_a_pipeline_is_started_with_a_token_as_long_as_it_needs(aws: boto3.Session) -> None:
    calls: list[tuple[str, dict[str, Any]]] = []
    with patch.object(BaseClient, "_make_api_call", _recording(calls)):
        RemediesStarted(aws, ROLE, (PIPELINE,)).start("train", "h-1", {"deployment": "h"})
    (operation, params) = calls[-1]
    assert operation == "StartPipelineExecution"
    assert params["PipelineName"] == "train"
    assert len(params["ClientRequestToken"]) == 32
    assert json.loads(params["PipelineExecutionDescription"]) == {"deployment": "h"}


@pytest.mark.parametrize(("allowed", "known"), [((), "none"), ((PIPELINE,), "train")])
def test_what_the_installation_does_not_allow_is_refused(
    aws: boto3.Session, allowed: tuple[str, ...], known: str
) -> None:
    with pytest.raises(Refused, match=f"which is {known}; add its ARN to the parameter"):
        RemediesStarted(aws, ROLE, allowed).start("retrain", "h-1", {})


def _recording(calls: list[tuple[str, dict[str, Any]]]) -> object:
    real = BaseClient._make_api_call

    def call(client: BaseClient, operation: str, params: dict[str, Any]) -> object:
        calls.append((operation, params))
        return {} if operation == "StartPipelineExecution" else real(client, operation, params)

    return call
