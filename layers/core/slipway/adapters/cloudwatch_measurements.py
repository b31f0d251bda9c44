"""The metrics of windows, as CloudWatch's, under Model Monitor's names and dimensions."""

import time
from collections.abc import Callable, Iterator, Sequence
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
# What CloudWatch takes; anybody who may invoke an endpoint chooses the numbers, and whoever names
# columns the names. Source: MetricDatum and PutMetricData, CloudWatch API reference.
LARGEST = 2.0**360
LONGEST = 255
OLDEST_SECONDS = 14 * 24 * 3600


class CloudWatchMeasurements:
    """Implements ports.Measurements. What CloudWatch would refuse is in the report alone."""

    def __init__(
        self, session: boto3.Session, namespace: str, clock: Callable[[], float] = time.time
    ) -> None:
        self._session = session
        self._namespace = namespace
        self._clock = clock

    @cached_property
    def _client(self) -> "CloudWatchClient":
        return self._session.client("cloudwatch")

    def put(self, endpoint: str, schedule: str, at: float, metrics: Sequence[Measurement]) -> None:
        if at < self._clock() - OLDEST_SECONDS:
            return
        data = [_datum(endpoint, schedule, at, metric) for metric in metrics if _is_taken(metric)]
        for part in _parts(data):
            with translated():
                self._client.put_metric_data(Namespace=self._namespace, MetricData=part)


def _parts(data: "Sequence[MetricDatumTypeDef]") -> "Iterator[Sequence[MetricDatumTypeDef]]":
    return (data[start : start + MOST] for start in range(0, len(data), MOST))


def _is_taken(metric: Measurement) -> bool:
    values = (metric.value, metric.minimum or 0.0, metric.maximum or 0.0)
    return all(abs(value) <= LARGEST for value in values)  # which not-a-number is not


def _name(metric: Measurement) -> str:
    """The metric's name in ASCII: `größe` becomes `gr\\xf6\\xdfe`."""
    return metric.name.encode("ascii", "backslashreplace").decode()[:LONGEST]


def _datum(endpoint: str, schedule: str, at: float, metric: Measurement) -> "MetricDatumTypeDef":
    datum: MetricDatumTypeDef = {
        "MetricName": _name(metric),
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
