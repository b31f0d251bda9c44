"""The keys below `autoscaling` in slipway.yaml. Their docstrings are what the page says."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from slipway.rollout_keys import Span
from slipway.strict_keys import Strict

Count = Annotated[int, Field(ge=0, le=1000)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
# What can be followed on which target.
METRICS = {
    "endpoint": ("invocations_per_instance", "concurrent_requests_per_model"),
    "serverless": ("provisioned_concurrency_utilization",),
    "async": ("backlog_per_instance", "invocations_per_instance"),
}


class Autoscaling(Strict):
    """Application Auto Scaling: as much of a variant as it takes to keep a metric at its value."""

    min: Count = 1
    """The fewest instances, or the least provisioned concurrency; 0 at asynchronous endpoints."""
    max: Annotated[int, Field(ge=1, le=1000)]
    """The most."""
    invocations_per_instance: Positive | None = None
    """Requests a minute that an instance shall have: SageMakerVariantInvocationsPerInstance."""
    concurrent_requests_per_model: Positive | None = None
    """Requests that a model shall answer at a time:
    SageMakerVariantConcurrentRequestsPerModelHighResolution."""
    backlog_per_instance: Positive | None = None
    """Requests that shall wait in line for an instance: ApproximateBacklogSizePerInstance."""
    provisioned_concurrency_utilization: Annotated[float, Field(gt=0, le=1)] | None = None
    """The share of provisioned concurrency that shall be in use:
    SageMakerVariantProvisionedConcurrencyUtilization."""
    scale_in_cooldown: Span = "5m"
    """How long it stays after it became less."""
    scale_out_cooldown: Span = "5m"
    """How long it stays after it became more."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.min > self.max:
            raise ValueError(
                f"`min` is {self.min} and `max` is {self.max}; give the lower one first"
            )
        if len(self.metrics) != 1:
            raise ValueError("one metric is followed; give one, such as `invocations_per_instance`")
        return self

    @property
    def metrics(self) -> dict[str, float]:
        """What shall be followed, at which values."""
        names = dict.fromkeys(name for followed in METRICS.values() for name in followed)
        return {name: value for name in names if (value := getattr(self, name)) is not None}

    @property
    def metric(self) -> str:
        """What is followed."""
        (name,) = self.metrics
        return name
