"""What tasks find in MiniStack's stores: log groups, secrets, and who they are."""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.responses import request_scope
from ministack.services import cloudwatch_logs, secretsmanager, ssm, sts

from slipway_local.ministack.settings import Settings

_EXECUTION = "execution"


def group_finder(account: str, region: str) -> Callable[[str], bool]:
    """A function that says whether a log group is there."""

    def exists(name: str) -> bool:
        with request_scope(account, region):
            return name in cloudwatch_logs._log_groups

    return exists


def secret_reader(account: str, region: str) -> Callable[[str], str | None]:
    """A function that gives what a secret's valueFrom names: a whole secret, or a parameter."""

    def read(source: str) -> str | None:
        with request_scope(account, region):
            if ":secretsmanager:" in source:
                return _secret(source)
            parameter: str | None = ssm.resolve_parameter_value(source, decrypt=True)
            return parameter

    return read


def _secret(source: str) -> str | None:
    """A secret by its ARN, or where `:key` follows the ARN that member of its JSON object."""
    *arn, key = (*source.split(":")[:8], "")[:8]
    secret: str | None = secretsmanager.resolve_secret_string(":".join(arn))
    if secret is None or not key:
        return secret
    try:
        found = json.loads(secret)
    except ValueError:
        return None
    return str(found[key]) if isinstance(found, dict) and key in found else None


def credentials_of(settings: Settings) -> Callable[[str | None, str], Mapping[str, str]]:
    """A function that gives the variables by which a task acts in its role, and finds the cloud."""

    def variables(role: str | None, task: str) -> Mapping[str, str]:
        told = {
            "AWS_DEFAULT_REGION": settings.region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": settings.endpoint,
            "AWS_REGION": settings.region,
        }
        return {**told, **(_session(settings, role, task) if role else {})}

    return variables


def permission(settings: Settings) -> Callable[..., bool]:
    """A function that says whether a role's policies allow an action on a resource, in a context
    where one is given."""

    def may(
        role: str, action: str, resource: str, context: Mapping[str, Any] | None = None
    ) -> bool:
        if not settings.auth:
            return True
        key = _session(settings, role, _EXECUTION)["AWS_ACCESS_KEY_ID"] if role else ""
        with request_scope(*settings.owner):
            service = action.partition(":")[0]
            refused = iam_evaluator.enforce(
                key, action, service, settings.region, resource, dict(context or {})
            )
        return refused is None

    return may


def _session(settings: Settings, role: str, name: str) -> Mapping[str, str]:
    """Credentials of the role, as AssumeRole gives; the same each time, so that the sessions of a
    task are one."""
    digest = hashlib.sha256(f"{settings.state}:{role}:{name}".encode()).hexdigest()
    secret = hashlib.sha256(f"secret:{digest}".encode()).hexdigest()
    token = hashlib.sha256(f"token:{digest}".encode()).hexdigest()
    key, short = f"ASIA{digest[:16].upper()}", role.rpartition("/")[2]
    session = {
        "Arn": f"arn:aws:sts::{settings.account}:assumed-role/{short}/{name}",
        "UserId": f"{short}:{name}",
        "SecretAccessKey": secret,
        "SessionToken": token,
    }
    sts.register_session(key, session)
    return {
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_SESSION_TOKEN": token,
    }
