"""The CloudWatch metrics that an invocation leaves.

Source: "Metrics for monitoring Amazon SageMaker AI with Amazon CloudWatch" and "CloudWatch Metrics
for Multi-Model Endpoint Deployments".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

NAMESPACE = "AWS/SageMaker"
INSTANCES = "/aws/sagemaker/Endpoints"


@dataclass(frozen=True, slots=True)
class Datum:
    """One value of one metric; `time` in epoch seconds, latencies in microseconds."""

    name: str
    value: float
    unit: str
    dimensions: Mapping[str, str]
    time: float
    namespace: str = NAMESPACE


def invocation(
    endpoint: str, variant: str, *, status: int, model_us: float, overhead_us: float, time: float
) -> Sequence[Datum]:
    """What one answered request counts as: zeros are published too, as AWS does, so that an
    average of Invocation5XXErrors is an error rate."""
    dimensions = {"EndpointName": endpoint, "VariantName": variant}
    values = (
        ("Invocations", 1.0, "None"),
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
    models: int,
    time: float,
) -> Sequence[Datum]:
    """What a request to a multi-model endpoint tells: whether its model was loaded already, how
    long it waited, how long the load took that it has seen end, and how many models are loaded.

    The container is told once to fetch and to load, so ModelLoadingTime includes the download.
    """
    dimensions = {"EndpointName": endpoint, "VariantName": variant}
    values = [("ModelCacheHit", float(hit), "None")]
    if not hit:
        values.append(("ModelLoadingWaitTime", waited_us, "Microseconds"))
    if took_us is not None:
        values.append(("ModelLoadingTime", took_us, "Microseconds"))
    data = [Datum(name, value, unit, dimensions, time) for name, value, unit in values]
    count = Datum("LoadedModelCount", float(models), "None", dimensions, time, INSTANCES)
    return [*data, count]


def unloading(endpoint: str, variant: str, *, took_us: float, time: float) -> Datum:
    """How long it took to end a model."""
    dimensions = {"EndpointName": endpoint, "VariantName": variant}
    return Datum("ModelUnloadingTime", took_us, "Microseconds", dimensions, time)
