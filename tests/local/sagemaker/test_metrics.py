"""What an invocation leaves in CloudWatch."""

from collections.abc import Callable
from typing import Any

from slipway_local.sagemaker.metrics import monitored
from slipway_local.sagemaker.rehearsal import START, Rehearsal
from slipway_local.sagemaker.scripted import Script
from slipway_local.sagemaker.serving import Container, Invocation, Reply


def test_a_good_answer_counts_zero_errors_and_its_latency(serve: Callable[..., str]) -> None:
    cloud = Rehearsal()

    def answer(_: Container, __: Invocation) -> Reply:
        cloud.clock.now += 0.25
        return Reply(200, {}, b"")

    cloud.launcher.scripts = {"image": Script(answer=answer)}
    serve(cloud, "live")
    cloud.runtime.invoke_endpoint(EndpointName="live", Body=b"")
    assert {datum.name: (datum.value, datum.unit) for datum in cloud.metrics} == {
        "Invocations": (1.0, "None"),
        "InvocationsPerInstance": (1.0, "None"),
        "Invocation4XXErrors": (0.0, "None"),
        "Invocation5XXErrors": (0.0, "None"),
        "ModelLatency": (250_000.0, "Microseconds"),
        "OverheadLatency": (0.0, "Microseconds"),
    }
    dimensions = {"EndpointName": "live", "VariantName": "AllTraffic"}
    assert all(datum.dimensions == dimensions for datum in cloud.metrics)
    assert {datum.time for datum in cloud.metrics} == {START + 0.25}


def test_a_monitoring_jobs_metrics_get_the_namespace_of_what_it_watched() -> None:
    held = {"SampleCount": 2, "Sum": 3, "Minimum": 1, "Maximum": 2}
    dimensions = [{"Name": "Endpoint", "Value": "e"}, {"Name": "MonitoringSchedule", "Value": "s"}]
    left: list[Any] = [
        {"MetricName": "a", "StatisticValues": held, "Dimensions": dimensions,
         "Timestamp": "2023-11-14T23:00:00Z"},
        {"MetricName": "b", "Value": 1},
        {"MetricName": "no value"},
        {"MetricName": "no number", "Value": "x"},
        {"MetricName": "no time", "Value": 1, "Timestamp": "noon"},
        {"MetricName": "half", "StatisticValues": {"Sum": 1}},
    ]  # fmt: skip
    watched, other = monitored(left, "data", 5.0)
    assert (watched.namespace, other.namespace) == (
        "aws/sagemaker/Endpoints/data-metrics", "aws/sagemaker/ModelMonitoring/data-metrics",
    )  # fmt: skip
    [model] = monitored([{"MetricName": "mae", "Value": 1}], "model", 5.0)
    assert model.namespace == "aws/sagemaker/ModelMonitoring/model-metrics"
    assert (watched.statistics, watched.value, watched.time) == (held, 3.0, 1_700_002_800.0)
    assert watched.dimensions == {"Endpoint": "e", "MonitoringSchedule": "s"}
    assert (other.name, other.value, other.statistics, other.time) == ("b", 1.0, None, 5.0)
