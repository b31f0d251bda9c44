"""What alarms may start: state machines and SageMaker pipelines that the installation allows, under
a role that can do nothing else."""

import json
from collections.abc import Mapping, Sequence
from functools import cached_property

import boto3

from slipway.adapters.faults import STARTED, translated, unless
from slipway.domain.errors import Refused


class RemediesStarted:
    """Implements ports.Starts for the ARNs that are `allowed`, as the role `role_arn`."""

    def __init__(self, session: boto3.Session, role_arn: str, allowed: Sequence[str]) -> None:
        self._session = session
        self._role_arn = role_arn
        self._allowed = {_name(arn): arn for arn in allowed}

    @cached_property
    def _as_role(self) -> boto3.Session:
        with translated():
            given = self._session.client("sts").assume_role(
                RoleArn=self._role_arn, RoleSessionName="slipway-remedy"
            )["Credentials"]
        return boto3.Session(
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given["SessionToken"],
            region_name=self._session.region_name,
        )

    def start(self, name: str, token: str, document: Mapping[str, object]) -> None:
        """Start what goes by the name, once for a token. Raises Refused where it is not allowed."""
        arn = self._allowed.get(name)
        if arn is None:
            known = ", ".join(sorted(self._allowed)) or "none"
            raise Refused(
                f"start: {name} is nothing that alarms may start here, which is {known}; add its "
                "ARN to the parameter RemedyTargets of Slipway's template"
            )
        with translated():
            if ":pipeline/" in arn:
                self._pipeline(arn, token, document)
            else:
                self._state_machine(arn, token, document)

    def _state_machine(self, arn: str, token: str, document: Mapping[str, object]) -> None:
        with unless(STARTED):
            self._as_role.client("stepfunctions").start_execution(
                stateMachineArn=arn, name=token, input=json.dumps(document)
            )

    def _pipeline(self, arn: str, token: str, document: Mapping[str, object]) -> None:
        # A pipeline takes the parameters that it declares alone, and those are texts.
        self._as_role.client("sagemaker").start_pipeline_execution(
            PipelineName=_name(arn),
            ClientRequestToken=token.rjust(32, "-"),
            PipelineExecutionDescription=json.dumps(document)[:3072],
        )


def _name(arn: str) -> str:
    """What a resource is called: the last part of its ARN."""
    return arn.rpartition(":")[2].rpartition("/")[2]
