"""Metrics that AWS's services publish about themselves and MiniStack's do not."""

import time
from collections.abc import Mapping
from typing import Any, cast

from ministack.core.responses import request_scope
from ministack.services import cloudwatch, sqs, stepfunctions

from slipway_local.ministack import extended

_MINUTE = 60.0
_BASIC = ("Average", "Sum", "Minimum", "Maximum", "SampleCount")
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


def know_extended_statistics() -> None:
    """Know CloudWatch's extended statistics, which MiniStack takes for averages; what it does not
    know either has no values."""
    known, is_percentile = cloudwatch._stat_value, cloudwatch._is_percentile_stat

    def value(stats: Mapping[str, float], name: str, points: Any = None) -> float | None:
        found = extended.parsed(name)
        if found is None:
            asked = name in _BASIC or is_percentile(name)
            return cast("float | None", known(stats, name, points)) if asked else None
        return found.of(cloudwatch._percentile_samples(points or []) or [])

    cloudwatch._stat_value = value
    cloudwatch._is_percentile_stat = lambda name: (
        is_percentile(name) or extended.parsed(name) is not None
    )
