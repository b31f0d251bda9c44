"""Tasks that rules of EventBridge and schedules run: targets with EcsParameters.

Source: "EcsParameters", EventBridge and EventBridge Scheduler API references.
"""

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from ministack.services import eventbridge

from slipway_local.ecs.account import Account
from slipway_local.ecs.wire import PREFIX
from slipway_local.ministack.authorize_tasks import checks
from slipway_local.ministack.task_resources import spelled
from slipway_local.sagemaker.wire import TARGET, Handle, Request

May = Callable[..., bool]
_LOG = logging.getLogger(__name__)


def install(handle: Handle, account: Account, may: May) -> None:
    """Have such a target run its tasks, if `may(role, action, resource, context)` says so."""
    invoke = eventbridge._invoke_target

    def invoke_or_run(target: Any, event: Any, rule: Any, view: Any = None) -> None:
        if "EcsParameters" not in target:
            invoke(target, event, rule, view)
            return
        problem = _denied(account, may, target) or _run(handle, target)
        if problem:
            _LOG.warning("The target %s ran no task: %s", target["Arn"], problem)

    eventbridge._invoke_target = invoke_or_run


def _denied(account: Account, may: May, target: Mapping[str, Any]) -> str:
    """What the target's role may not, of all that it needs; empty where it may."""
    role = target.get("RoleArn", "")
    for check in checks(account, "RunTask", request(target)):
        if not may(role, check.action, check.resource, check.context):
            return f"{role} is not authorized to perform: {check.action} on {check.resource}"
    return ""


def _run(handle: Handle, target: Mapping[str, Any]) -> str:
    """Run a target's tasks; why it could not."""
    headers = {TARGET: f"{PREFIX}RunTask"}
    body = json.dumps(request(target)).encode()
    answer = handle(Request("POST", "/", {}, headers, body))
    return "" if answer.status == 200 else answer.body.decode()


def request(target: Mapping[str, Any]) -> dict[str, Any]:
    """RunTask's parameters for a target: its Input is the task's overrides."""
    given = dict(target["EcsParameters"])
    asked = {
        "cluster": target["Arn"],
        "taskDefinition": given.pop("TaskDefinitionArn"),
        "count": given.pop("TaskCount", 1),
        **spelled("RunTask", given),
    }
    return {**asked, "overrides": json.loads(target["Input"])} if target.get("Input") else asked
