"""What autoscaling owes: variants are registered as it is wanted of what serves, whatever holds the
release; and what would keep an update from being taken is taken away before it."""

from slipway.domain.desired import ServerlessTarget
from slipway.domain.plan.endpoint import Plan, kind_of
from slipway.domain.plan.scaling import scaling
from slipway.domain.rules.case import Case
from slipway.domain.rules.retreat import rests
from slipway.domain.steps import Change, DeployEndpoint, ScaleEndpoint, Step
from slipway.domain.world import Endpoint


def unless_scaled(case: Case, step: Step) -> Step:
    """The step, or what autoscaling owes before it."""
    if isinstance(step, DeployEndpoint) and step.change == Change.UPDATE:
        return scaling_bars_the_update(case, step.config) or step
    return (scaling_is_not_as_wanted(case) if rests(step) else None) or step


def scaling_bars_the_update(case: Case, config: str) -> Step | None:
    # SageMaker refuses an update that drops a registered variant, or changes its instance type.
    live, after = case.endpoint, case.made_of(config)
    before = case.made_of(live.config) if live else None
    barred = frozenset(
        each
        for each in case.world.scaling
        if _type(before, each.variant) in (None, "")
        or _type(before, each.variant) != _type(after, each.variant)
    )
    if not barred:
        return None
    names = ", ".join(sorted(each.variant for each in barred))
    return ScaleEndpoint(
        Change.DELETE,
        case.world.scaling - barred,
        f"{names}: an update to {config} is refused while autoscaling is registered",
    )


def scaling_is_not_as_wanted(case: Case) -> Step | None:
    live = case.endpoint
    made = case.made_of(live.config) if live and live.serves(live.config) else None
    if live is None or made is None or case.desired.leaves or _is_for_another_kind(case, live):
        return None
    wanted, found = scaling(case.desired, made), case.world.scaling
    if wanted == found:
        return None
    if not wanted:
        return ScaleEndpoint(
            Change.DELETE, wanted, "the endpoint scales, which nobody wants any more"
        )
    change, when = (Change.UPDATE, "as it is wanted") if found else (Change.CREATE, "yet")
    return ScaleEndpoint(change, wanted, f"the endpoint does not scale {when}")


def _is_for_another_kind(case: Case, live: Endpoint) -> bool:
    """Whether what is wanted now is for an endpoint that this one cannot become."""
    policy = case.desired.policy
    return kind_of(policy.target_of(policy.variants[0])) != live.kind


def _type(made: Plan | None, variant: str) -> str | None:
    """The instance type of a variant; None where nobody knows, "" where it has none."""
    targets = {each.name: each.target for each in made.variants} if made else {}
    target = targets.get(variant)
    if isinstance(target, ServerlessTarget):
        return ""
    return target.instance_type if target else None
