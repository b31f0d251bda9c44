"""Metrics that AWS's services publish about themselves and MiniStack's do not."""

import re
import time
from collections.abc import Mapping
from typing import Any, cast

from ministack.core.responses import request_scope
from ministack.services import cloudwatch, sqs, stepfunctions

_MINUTE = 60.0
_TRIMMED_COUNT = re.compile(r"TC\(([\d.]*):([\d.]*)\)")
_SHORTEST_PAUSE = 0.25
_NAMES = {
    "RUNNING": "ExecutionsStarted",
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "ABORTED": "ExecutionsAborted",
    "TIMED_OUT": "ExecutionsTimedOut",
}


def count_executions() -> None:
    """Count in AWS/States how executions end, where their state changes are told."""
    tell = stepfunctions._emit_execution_status_event

    def count_and_tell(execution: Mapping[str, Any]) -> None:
        dimensions = {"StateMachineArn": execution["stateMachineArn"]}
        name = _NAMES[execution["status"]]
        cloudwatch.record_metric("AWS/States", name, 1, "Count", dimensions)
        tell(execution)

    stepfunctions._emit_execution_status_event = count_and_tell


class Queues:
    """Measures in AWS/SQS how many messages wait in each queue, once a (scaled) minute."""

    def __init__(self, owner: tuple[str, str], time_scale: float) -> None:
        self._owner = owner
        self._pause = max(_SHORTEST_PAUSE, _MINUTE * time_scale)
        self._due = 0.0

    def tick(self) -> None:
        """Measure, when a minute has passed."""
        if time.monotonic() < self._due:
            return
        self._due = time.monotonic() + self._pause
        with request_scope(*self._owner):
            for url, queue in list(sqs._queues.items()):
                _measure(url.rsplit("/", 1)[-1], queue)


def _measure(name: str, queue: Mapping[str, Any]) -> None:
    now = time.time()
    visible = sum(message["visible_at"] <= now for message in [*queue["messages"]])
    metric = "ApproximateNumberOfMessagesVisible"
    cloudwatch.record_metric("AWS/SQS", metric, visible, "Count", {"QueueName": name})


def count_within_bounds() -> None:
    """Know CloudWatch's trimmed counts between values, which MiniStack takes for averages.

    Source: "CloudWatch statistics definitions", Amazon CloudWatch user guide: a lower bound is
    exclusive, an upper one inclusive.
    """
    known = cloudwatch._stat_value

    def value(stats: Mapping[str, float], name: str, points: Any = None) -> float | None:
        trimmed = _TRIMMED_COUNT.fullmatch(name)
        if trimmed is None:
            return cast("float | None", known(stats, name, points))
        low, high = (float(bound) if bound else None for bound in trimmed.groups())
        samples = cloudwatch._percentile_samples(points or []) or []
        inside = (
            count
            for at, count in samples
            if (low is None or at > low) and (high is None or at <= high)
        )
        return float(sum(inside))

    cloudwatch._stat_value = value
