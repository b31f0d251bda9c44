"""Autoscaling: how many instances, or how much concurrency, a variant has by what it is asked."""

from dataclasses import dataclass
from enum import StrEnum


class ScalingMetric(StrEnum):
    """What is kept at a value, as SageMaker and Application Auto Scaling spell it."""

    INVOCATIONS_PER_INSTANCE = "SageMakerVariantInvocationsPerInstance"
    CONCURRENT_REQUESTS_PER_MODEL = "SageMakerVariantConcurrentRequestsPerModelHighResolution"
    BACKLOG_PER_INSTANCE = "ApproximateBacklogSizePerInstance"
    PROVISIONED_CONCURRENCY_UTILIZATION = "SageMakerVariantProvisionedConcurrencyUtilization"


@dataclass(frozen=True, slots=True)
class Autoscaling:
    """From `least` to `most`, as it takes to keep the metric at `value`; cooldowns in seconds."""

    least: int
    most: int
    metric: ScalingMetric
    value: float
    scale_in_cooldown: int = 300
    scale_out_cooldown: int = 300


@dataclass(frozen=True, slots=True)
class Scaled:
    """A variant of an endpoint that is registered with Application Auto Scaling."""

    endpoint: str
    variant: str
    how: Autoscaling

    @property
    def words(self) -> str:
        """What a person calls it."""
        how = self.how
        return f"{self.variant} from {how.least} to {how.most}, {how.metric} at {how.value:g}"


Scaling = frozenset[Scaled]
UNSCALED: Scaling = frozenset()
