"""What MiniStack's policies do not know of a call: the alarms it names, and the keys of conditions.

Source: "Actions, resources, and condition keys" for Amazon CloudWatch and for Amazon EventBridge,
Service Authorization Reference.
"""

import json
from collections.abc import Mapping
from typing import Any

from ministack.core import iam_actions

# CloudWatch, by the name its requests are signed for.
_CLOUDWATCH = "monitoring"


def name_alarms() -> None:
    """Check calls on alarms on the alarms they name: MiniStack knows PutMetricAlarm's alone.

    Of several alarms only the first is checked.
    """
    extract = iam_actions.extract_resource_arn

    def extract_alarm(
        service: str, method: str, path: str, headers: Any, body: bytes, *rest: Any
    ) -> str:
        found: str = extract(service, method, path, headers, body, *rest)
        names = _fields(body).get("AlarmNames") if service == _CLOUDWATCH else None
        if found != "*" or not isinstance(names, list) or not names:
            return found
        region, account = rest[-2:]
        return f"arn:aws:cloudwatch:{region}:{account}:alarm:{names[0]}"

    iam_actions.extract_resource_arn = extract_alarm


def name_namespaces_and_sources() -> None:
    """Give conditions the namespace that metrics go to, and the source that events name."""
    context_of = iam_actions.request_tag_context

    def context_and_keys(service: str, action: str, body: bytes, params: Any) -> Any:
        return {**context_of(service, action, body, params), **_keys(action, _fields(body))}

    iam_actions.request_tag_context = context_and_keys


def _keys(action: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    if action == "cloudwatch:PutMetricData" and "Namespace" in fields:
        return {"cloudwatch:namespace": fields["Namespace"]}
    if action == "events:PutEvents":
        entries = fields.get("Entries") or []
        return {"events:source": [entry.get("Source", "") for entry in entries]}
    return {}


def _fields(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
