"""What an endpoint's variants did with their requests, as CloudWatch has it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

import boto3

from slipway.adapters.faults import translated
from slipway.domain.judging.seen import Seen
from slipway.watch_ports import Span

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import MetricDataQueryTypeDef

NAMESPACE = "AWS/SageMaker"
COUNTS = ("Invocations", "Invocation5XXErrors", "Invocation4XXErrors")
LATENCY = "ModelLatency"  # microseconds
LATE_MINUTES = 3  # a minute is complete some minutes after its end
MINUTE, HOUR = 60, 3600


class CloudWatchTraffic:
    """Implements ports.Traffic. A minute has `minute` seconds: 60, unless time is scaled."""

    def __init__(self, session: boto3.Session, minute: float = MINUTE) -> None:
        self._session = session
        self._minute = minute

    @cached_property
    def _client(self) -> "CloudWatchClient":
        return self._session.client("cloudwatch")

    def complete(self, now: float) -> float:
        return (now // self._minute - LATE_MINUTES) * self._minute

    def seen(self, endpoint: str, variant: str, span: Span, limits: Sequence[float]) -> Seen:
        stats = [(name, "Sum") for name in COUNTS]
        # A trimmed count is exact, where percentiles of minutes cannot be added up.
        stats += [(LATENCY, f"TC({limit:.0f}:)") for limit in limits]
        found = self._asked(endpoint, variant, span, stats, MINUTE)
        requests, errors, rejected, *slow = (round(sum(values)) for values in found)
        return Seen(requests, errors, rejected, tuple(slow))

    def latencies(
        self, endpoint: str, variant: str, until: float, quantiles: Sequence[float]
    ) -> tuple[float, ...]:
        stats = [(LATENCY, f"p{quantile * 100:g}") for quantile in quantiles]
        hour = (until - HOUR / MINUTE * self._minute, until)
        found = self._asked(endpoint, variant, hour, stats, HOUR)
        # An hour that does not begin with one of the clock's is told in two.
        return tuple(max(values) for values in found if values)

    def _asked(
        self,
        endpoint: str,
        variant: str,
        span: Span,
        stats: Sequence[tuple[str, str]],
        period: int,
    ) -> list[list[float]]:
        """The values of each statistic, in their order."""
        queries = [
            _query(number, endpoint, variant, metric, stat, period)
            for number, (metric, stat) in enumerate(stats)
        ]
        found: dict[str, list[float]] = {f"m{number}": [] for number in range(len(stats))}
        if not queries:
            return []
        began, ended = (datetime.fromtimestamp(at, UTC) for at in span)
        pages = self._client.get_paginator("get_metric_data").paginate(
            MetricDataQueries=queries, StartTime=began, EndTime=ended
        )
        with translated():
            for page in pages:
                for result in page["MetricDataResults"]:
                    found[result["Id"]].extend(result.get("Values", []))
        return [*found.values()]


def _query(
    number: int, endpoint: str, variant: str, metric: str, stat: str, period: int
) -> "MetricDataQueryTypeDef":
    dimensions = {"EndpointName": endpoint, "VariantName": variant}
    return {
        "Id": f"m{number}",
        "MetricStat": {
            "Metric": {
                "Namespace": NAMESPACE,
                "MetricName": metric,
                "Dimensions": [{"Name": k, "Value": v} for k, v in dimensions.items()],
            },
            "Period": period,
            "Stat": stat,
        },
    }
