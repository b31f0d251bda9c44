from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf, nan
from typing import Any

import boto3
import pytest
from slipway.adapters.cloudwatch_measurements import CloudWatchMeasurements

END = 1795341600.0  # 2026-11-22T10:00:00Z
NAMESPACE = "Slipway/Drift"


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric of a window, as the engine gives it."""

    name: str
    value: float
    sample_count: int | None = None
    minimum: float | None = None
    maximum: float | None = None


@pytest.fixture
def measurements(aws: boto3.Session) -> CloudWatchMeasurements:
    return CloudWatchMeasurements(aws, NAMESPACE, clock=lambda: END)


def statistics(aws: boto3.Session, name: str) -> list[Any]:
    return aws.client("cloudwatch").get_metric_statistics(
        Namespace=NAMESPACE,
        MetricName=name,
        Dimensions=[
            {"Name": "Endpoint", "Value": "slipway-h"},
            {"Name": "MonitoringSchedule", "Value": "nightly"},
        ],
        StartTime=datetime.fromtimestamp(END, UTC),
        EndTime=datetime.fromtimestamp(END + 3600, UTC),
        Period=3600,
        Statistics=["Sum", "SampleCount", "Minimum", "Maximum"],
    )["Datapoints"]


def test_a_value_is_kept_under_model_monitor_s_dimensions_at_the_window_s_end(
    aws: boto3.Session, measurements: CloudWatchMeasurements
) -> None:
    measurements.put("slipway-h", "nightly", END, [Metric("rows", 100.0)])
    (point,) = statistics(aws, "rows")
    assert (point["Sum"], point["Timestamp"]) == (100.0, datetime.fromtimestamp(END, UTC))


def test_a_set_of_values_is_kept_as_what_it_amounts_to(
    aws: boto3.Session, measurements: CloudWatchMeasurements
) -> None:
    measurements.put("slipway-h", "nightly", END, [Metric("feature_data_x0", 60.0, 4, 5.0, 25.0)])
    (point,) = statistics(aws, "feature_data_x0")
    kept = (point["Sum"], point["SampleCount"], point["Minimum"], point["Maximum"])
    assert kept == (60.0, 4.0, 5.0, 25.0)


@pytest.mark.parametrize(("count", "calls"), [(0, 0), (1, 1), (500, 1), (501, 2), (1200, 3)])
def test_many_metrics_take_some_calls(
    count: int, calls: int, aws: boto3.Session, measurements: CloudWatchMeasurements
) -> None:
    made: list[int] = []
    aws.events.register(
        "provide-client-params.cloudwatch.PutMetricData",
        lambda params, **_: made.append(len(params["MetricData"])),
    )
    measurements.put(
        "slipway-h",
        "nightly",
        END,
        [Metric(f"m{number}", float(number)) for number in range(count)],
    )
    assert (len(made), sum(made)) == (calls, count)
    if count:
        (point,) = statistics(aws, f"m{count - 1}")
        assert point["Sum"] == count - 1


@pytest.mark.parametrize(
    "metric",
    [
        Metric("rows", 1e300),
        Metric("rows", inf),
        Metric("rows", nan),
        Metric("rows", 1.0, 2, -1e300, 0.0),
        Metric("rows", 1.0, 2, 0.0, inf),
    ],
    ids=["large", "infinite", "no number", "a large minimum", "an infinite maximum"],
)
def test_a_number_that_cloudwatch_refuses_stops_no_other(
    metric: Metric, aws: boto3.Session, measurements: CloudWatchMeasurements
) -> None:
    measurements.put("slipway-h", "nightly", END, [metric, Metric("violations", 3.0)])
    assert statistics(aws, "rows") == []
    assert len(statistics(aws, "violations")) == 1


def test_a_name_beyond_ascii_is_spelt_in_it(
    aws: boto3.Session, measurements: CloudWatchMeasurements
) -> None:
    measurements.put("slipway-h", "nightly", END, [Metric("feature_data_größe", 1.0)])
    assert len(statistics(aws, r"feature_data_gr\xf6\xdfe")) == 1


def test_a_window_of_long_ago_has_no_metrics(aws: boto3.Session) -> None:
    late = CloudWatchMeasurements(aws, NAMESPACE, clock=lambda: END + 15 * 24 * 3600)
    late.put("slipway-h", "nightly", END, [Metric("rows", 1.0)])
    assert statistics(aws, "rows") == []
