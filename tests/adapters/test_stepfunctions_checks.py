import json

import boto3
from slipway.adapters.stepfunctions_checks import StepFunctionsChecks
from slipway.documents import check
from slipway.domain.desired import Runner
from slipway.domain.watch import Schedule

SCHEDULE = Schedule(
    Runner.LAMBDA, "slipway-h", "h", "slipway-h", "monitoring/baselines/h/ab/", 6, (("ks", 0.2),)
)
AT = 1795342500.0


def test_a_check_is_an_execution_that_is_told_what_and_when(aws: boto3.Session) -> None:
    stepfunctions = aws.client("stepfunctions")
    machine = stepfunctions.create_state_machine(
        name="slipway-check",
        definition=json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}),
        roleArn="arn:aws:iam::123456789012:role/machine",
    )["stateMachineArn"]
    checks = StepFunctionsChecks(aws, machine)
    # The same window may be checked as often as somebody wants.
    first, execution = checks.start(SCHEDULE, AT), checks.start(SCHEDULE, AT)
    assert first != execution
    found = stepfunctions.describe_execution(executionArn=execution)
    assert found["stateMachineArn"] == machine
    asked = check(json.loads(found["input"]))
    assert (asked.schedule, asked.at) == (SCHEDULE, AT)
