"""How the variants of an endpoint should scale."""

from slipway.domain.desired import Desired, ServerlessTarget
from slipway.domain.plan.endpoint import Plan
from slipway.domain.scaling import UNSCALED, Scaled, Scaling, ScalingMetric


def scaling(desired: Desired, made: Plan) -> Scaling:
    """What shall be registered for an endpoint that is made so, by what is wanted now. A model
    behind an endpoint has no instances: that endpoint has."""
    if desired.is_member:
        return UNSCALED
    own = {variant.name: variant.autoscaling for variant in desired.policy.variants}
    found = ((each, own.get(each.name) or desired.policy.autoscaling) for each in made.answering)
    return frozenset(
        Scaled(made.endpoint, each.name, how)
        for each, how in found
        if how and _is_of(how.metric, serverless=isinstance(each.target, ServerlessTarget))
    )


def _is_of(metric: ScalingMetric, *, serverless: bool) -> bool:
    return (metric == ScalingMetric.PROVISIONED_CONCURRENCY_UTILIZATION) == serverless
