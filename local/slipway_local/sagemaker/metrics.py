"""The CloudWatch metrics that an invocation leaves, and those of monitoring jobs.

Source: "Metrics for monitoring Amazon SageMaker AI with Amazon CloudWatch" and "CloudWatch Metrics
for Multi-Model Endpoint Deployments".
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

NAMESPACE = "AWS/SageMaker"
INSTANCES = "/aws/sagemaker/Endpoints"
# Without a leading slash, though some pages of the documentation show one.
ENDPOINTS = "aws/sagemaker/Endpoints"
OTHERS = "aws/sagemaker/ModelMonitoring"
_STATISTICS = ("SampleCount", "Sum", "Minimum", "Maximum")


@dataclass(frozen=True, slots=True)
class Datum:
    """One value of one metric; `time` in epoch seconds, latencies in microseconds.

    `statistics` is what a set of values amounts to: SampleCount, Sum, Minimum, Maximum; then
    `value` is their sum.
    """

    name: str
    value: float
    unit: str
    dimensions: Mapping[str, str]
    time: float
    namespace: str = NAMESPACE
    statistics: Mapping[str, float] | None = None


def invocation(
    endpoint: str,
    variant: str,
    *,
    status: int,
    model_us: float,
    overhead_us: float,
    instances: int | None,
    time: float,
) -> Sequence[Datum]:
    """What one answered request counts as: zeros are published too, as AWS does, so that an
    average of Invocation5XXErrors is an error rate. A serverless variant has no `instances`."""
    dimensions = {"EndpointName": endpoint, "VariantName": variant}
    each = () if not instances else (("InvocationsPerInstance", 1.0 / instances, "None"),)
    values = (
        ("Invocations", 1.0, "None"),
        *each,
        ("Invocation4XXErrors", float(400 <= status < 500), "None"),
        ("Invocation5XXErrors", float(status >= 500), "None"),
        ("ModelLatency", model_us, "Microseconds"),
        ("OverheadLatency", overhead_us, "Microseconds"),
    )
    return [Datum(name, value, unit, dimensions, time) for name, value, unit in values]


def loading(
    endpoint: str,
    variant: str,
    *,
    hit: bool,
    waited_us: float,
    took_us: float | None,
    downloaded_us: float,
    models: int,
    time: float,
) -> Sequence[Datum]:
    """What a request to a multi-model endpoint tells: whether its model was loaded already, how
    long it waited, how long the download and the load took that it has seen end, and how many
    models are loaded."""
    dimensions = {"EndpointName": endpoint, "VariantName": variant}
    values = [("ModelCacheHit", float(hit), "None")]
    if not hit:
        values.append(("ModelLoadingWaitTime", waited_us, "Microseconds"))
    if took_us is not None:
        values.append(("ModelDownloadingTime", downloaded_us, "Microseconds"))
        values.append(("ModelLoadingTime", max(0.0, took_us - downloaded_us), "Microseconds"))
    data = [Datum(name, value, unit, dimensions, time) for name, value, unit in values]
    count = Datum("LoadedModelCount", float(models), "None", dimensions, time, INSTANCES)
    return [*data, count]


def concurrency(endpoint: str, variant: str, *, share: float, time: float) -> Datum:
    """How much of a serverless variant's provisioned concurrency is in use, as a share of one."""
    dimensions = {"EndpointName": endpoint, "VariantName": variant}
    name = "ServerlessProvisionedConcurrencyUtilization"
    return Datum(name, share, "None", dimensions, time)


def backlog(endpoint: str, *, waiting: int, instances: int, time: float) -> Sequence[Datum]:
    """How many requests wait in an asynchronous endpoint's line.

    Source: "Monitor asynchronous endpoint" and "Autoscale an asynchronous endpoint".
    """
    values = [
        ("ApproximateBacklogSize", float(waiting)),
        ("HasBacklogWithoutCapacity", float(waiting > 0 and not instances)),
    ]
    if instances:
        values.append(("ApproximateBacklogSizePerInstance", waiting / instances))
    dimensions = {"EndpointName": endpoint}
    return [Datum(name, value, "Count", dimensions, time) for name, value in values]


def utilization(
    endpoint: str, variant: str, *, percentages: Mapping[str, float], time: float
) -> Sequence[Datum]:
    """What of its instances a variant's containers use."""
    dimensions = {"EndpointName": endpoint, "VariantName": variant}
    return [
        Datum(name, value, "Percent", dimensions, time, INSTANCES)
        for name, value in percentages.items()
    ]


def unloading(endpoint: str, variant: str, *, took_us: float, time: float) -> Datum:
    """How long it took to end a model."""
    dimensions = {"EndpointName": endpoint, "VariantName": variant}
    return Datum("ModelUnloadingTime", took_us, "Microseconds", dimensions, time)


def monitored(data: Iterable[Mapping[str, Any]], subject: str, time: float) -> Iterator[Datum]:
    """What a monitoring job left in its cloudwatch_metrics.jsonl; the service adds the namespace.

    `subject` is what was monitored: data or model. What CloudWatch would refuse is left out.
    """
    for datum in data:
        try:
            yield _monitored(datum, subject, time)
        except (KeyError, TypeError, ValueError):
            continue


def _monitored(datum: Mapping[str, Any], subject: str, now: float) -> Datum:
    dimensions = {str(each["Name"]): str(each["Value"]) for each in datum.get("Dimensions", ())}
    held = datum.get("StatisticValues")
    statistics = None if held is None else {name: float(held[name]) for name in _STATISTICS}
    stamp = datum.get("Timestamp")
    return Datum(
        str(datum["MetricName"]),
        float(datum["Value"]) if statistics is None else statistics["Sum"],
        str(datum.get("Unit", "None")),
        dimensions,
        datetime.fromisoformat(stamp).timestamp() if stamp else now,
        f"{ENDPOINTS if 'Endpoint' in dimensions else OTHERS}/{subject}-metrics",
        statistics,
    )
