"""The bus: events that services put on it, and what MiniStack's own events lack."""

import json
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import eventbridge, s3, scheduler

_SHORTEST_RATE = 1.0
_DUE = "<aws.scheduler.scheduled-time>"

_version: ContextVar[str | None] = ContextVar("version", default=None)


def putter(account: str, region: str) -> Callable[[Mapping[str, Any]], None]:
    """A function that puts an event of an AWS service on the account's default bus.

    The event is named as PutEvents names its fields, but its Detail is an object.
    """

    def put(event: Mapping[str, Any]) -> None:
        entry = {
            "Source": event["Source"],
            "DetailType": event["DetailType"],
            "Detail": json.dumps(event["Detail"]),
            "Resources": list(event["Resources"]),
        }
        with request_scope(account, region):
            eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)

    return put


def name_versions() -> None:
    """Give S3's events the `version-id` that they have on AWS when the bucket is versioned."""
    fire, dispatch = s3._fire_s3_event, eventbridge._dispatch_event

    def fire_version(*args: Any, version_id: str | None = None, **rest: Any) -> None:
        _version.set(version_id)  # each event has a thread of its own
        fire(*args, version_id=version_id, **rest)

    def dispatch_version(event: dict[str, Any], view: Any = None) -> None:
        version = _version.get()
        if event.get("Source") == "aws.s3" and version:
            detail = json.loads(event["Detail"])
            detail["object"]["version-id"] = version
            event = {**event, "Detail": json.dumps(detail)}
        dispatch(event, view)

    s3._fire_s3_event, eventbridge._dispatch_event = fire_version, dispatch_version


def tell_when_due() -> None:
    """Tell a schedule's target when it was due, where its input asks for that.

    Source: "Adding context attributes", EventBridge Scheduler user guide.
    """
    invoke = eventbridge._invoke_target

    def invoke_when_due(target: Any, event: Any, rule: Any, view: Any = None) -> None:
        if event.get("Source") == "aws.scheduler" and _DUE in target.get("Input", ""):
            due = datetime.fromtimestamp(event["Time"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            target = {**target, "Input": target["Input"].replace(_DUE, due)}
        invoke(target, event, rule, view)

    eventbridge._invoke_target = invoke_when_due


def scale_schedules(time_scale: float) -> None:
    """Let `rate(...)` rules and schedules pass at the cloud's pace, not every ten seconds."""
    parse = eventbridge._parse_rate_seconds

    def parse_scaled(expression: str) -> float | None:
        seconds = parse(expression)
        return None if seconds is None else max(_SHORTEST_RATE, seconds * time_scale)

    eventbridge._parse_rate_seconds = parse_scaled
    tick = max(_SHORTEST_RATE / 2, eventbridge._SCHEDULER_TICK_INTERVAL * time_scale)
    eventbridge._SCHEDULER_TICK_INTERVAL = tick
    scheduler._SCHEDULE_TICK_INTERVAL = tick
