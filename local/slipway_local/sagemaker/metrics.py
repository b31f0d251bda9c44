"""The CloudWatch metrics that an invocation leaves in AWS/SageMaker."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

NAMESPACE = "AWS/SageMaker"


@dataclass(frozen=True, slots=True)
class Datum:
    """One value of one metric; `time` in epoch seconds, latencies in microseconds."""

    name: str
    value: float
    unit: str
    dimensions: Mapping[str, str]
    time: float


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
