"""The metrics of windows, as CloudWatch's, under Model Monitor's names and dimensions."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

import boto3

from slipway.adapters.faults import translated
from slipway.engine import Measurement

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import MetricDatumTypeDef

MOST = 500  # a call takes 1,000 metrics in 1 MB


class CloudWatchMeasurements:
    """Implements ports.Measurements."""

    def __init__(self, session: boto3.Session, namespace: str) -> None:
        self._session = session
        self._namespace = namespace

    @cached_property
    def _client(self) -> "CloudWatchClient":
        return self._session.client("cloudwatch")

    def put(self, endpoint: str, schedule: str, at: float, metrics: Sequence[Measurement]) -> None:
        data = [_datum(endpoint, schedule, at, metric) for metric in metrics]
        for part in _parts(data):
            with translated():
                self._client.put_metric_data(Namespace=self._namespace, MetricData=part)


def _parts(data: "Sequence[MetricDatumTypeDef]") -> "Iterator[Sequence[MetricDatumTypeDef]]":
    return (data[start : start + MOST] for start in range(0, len(data), MOST))


def _datum(endpoint: str, schedule: str, at: float, metric: Measurement) -> "MetricDatumTypeDef":
    datum: MetricDatumTypeDef = {
        "MetricName": metric.name,
        "Timestamp": datetime.fromtimestamp(at, UTC),
        "Dimensions": [
            {"Name": "Endpoint", "Value": endpoint},
            {"Name": "MonitoringSchedule", "Value": schedule},
        ],
    }
    if metric.sample_count is None:
        return {**datum, "Value": metric.value}
    return {
        **datum,
        "StatisticValues": {
            "SampleCount": metric.sample_count,
            "Sum": metric.value,
            "Minimum": metric.minimum or 0.0,
            "Maximum": metric.maximum or 0.0,
        },
    }
