"""The deployed stack, found by its name through CloudFormation's outputs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import ClientError
from slipway import wiring
from slipway.domain import naming
from slipway.domain.desired import Approval
from slipway.domain.naming import Site
from slipway.ports import Ports
from slipway.settings import Settings, listed
from slipway.task_ports import Place

from slipway_cli.failures import Exit, Problem
from slipway_cli.target import Target, check_alive


@dataclass(frozen=True, slots=True)
class Stack:
    """A deployed Slipway: its session, its parameters and outputs, its ports."""

    session: boto3.Session
    values: Mapping[str, str]
    ports: Ports
    embedded: bool

    @property
    def bucket(self) -> str:
        return self.ports.site.bucket

    @property
    def state_machine(self) -> str:
        return self.values["StateMachineArn"]

    def endpoint(self, deployment: str) -> str:
        """The name of the deployment's endpoint."""
        return naming.endpoint_name(self.ports.site, deployment)

    def start(self, deployment: str, asked: Mapping[str, object]) -> str:
        """Start a release by hand, with what is asked for; its execution."""
        execution: str = self.session.client("stepfunctions").start_execution(
            stateMachineArn=self.state_machine,
            input=json.dumps({"deployment": deployment, **asked}),
        )["executionArn"]
        return execution

    def succeeded(self, execution: str, what: str) -> bool:
        """Whether an execution has; not yet while it runs. Raises Problem when it broke."""
        client: Any = self.session.client("stepfunctions")
        found = client.describe_execution(executionArn=execution)
        if found["status"] in ("RUNNING", "SUCCEEDED"):
            return bool(found["status"] == "SUCCEEDED")
        cause = found.get("cause") or found.get("error") or "it gave no cause"
        raise Problem(f"the {what} {found['status'].lower()}: {cause}", execution, Exit.REFUSED)


def connect(target: Target) -> Stack:
    """The stack called `target.stack`. Raises Problem when there is none."""
    check_alive(target)
    session = boto3.Session()
    values = _values(session, target)
    try:
        settings = _settings(values, session.region_name, target)
    except KeyError as missing:
        raise Problem(
            f"the stack {target.stack} has no {missing}",
            "It is not a stack of this version of Slipway; deploy it again, or name another one "
            "with --stack.",
        ) from missing
    return Stack(session, values, wiring.build(settings, session), target.cloud is not None)


def _values(session: boto3.Session, target: Target) -> Mapping[str, str]:
    """The parameters that the stack was deployed with, and its outputs."""
    try:
        found = session.client("cloudformation").describe_stacks(StackName=target.stack)
    except ClientError as error:
        if error.response["Error"].get("Code") != "ValidationError":
            raise
        raise Problem(
            f"there is no stack {target.stack} in {session.region_name}", _how_to_deploy(target)
        ) from error
    stack = found["Stacks"][0]
    given = {each["ParameterKey"]: each["ParameterValue"] for each in stack.get("Parameters", [])}
    made = {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}
    return {**given, **made}


def _how_to_deploy(target: Target) -> str:
    if target.cloud:
        return "Deploy it into the embedded cloud with `slipway up`, or name another with --stack."
    return (
        "Deploy it with `sam build && sam deploy --guided`, name another with --stack, or start "
        "the embedded cloud with `slipway up`."
    )


def _place(values: Mapping[str, str]) -> Place:
    return Place(
        cluster=values["TaskClusterArn"],
        subnets=listed(values.get("TaskSubnets", "")),
        security_groups=listed(values.get("TaskSecurityGroups", "")),
        role=values["TaskRoleArn"],
        execution_role=values["TaskExecutionRoleArn"],
        log_group=values["TaskLogGroup"],
    )


def _settings(values: Mapping[str, str], region: str, target: Target) -> Settings:
    scale = target.cloud.settings.time_scale if target.cloud else 1.0
    site = Site(values["Prefix"], values["BucketName"], region, values["ModelRoleArn"])
    return Settings(
        site=site,
        table=values["TableName"],
        topic_arn=values["TopicArn"],
        state_machine_arn=values["StateMachineArn"],
        check_state_machine_arn=values["CheckStateMachineArn"],
        schedule_role_arn=values["ScheduleRoleArn"],
        monitor_role_arn=values["MonitorRoleArn"],
        schedule_dead_letters_arn=values["ScheduleDeadLettersArn"],
        drift_namespace=values["DriftNamespace"],
        default_approval=Approval(values["DefaultApproval"]),
        trusted_modules=listed(values.get("TrustedModules", "")),
        tasks=_place(values),
        minute=60 * scale,
    )
