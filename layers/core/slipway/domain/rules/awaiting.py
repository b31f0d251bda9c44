"""What was asked is answered by and by, and nobody asks again meanwhile."""

from slipway.domain.probed import ANSWER_SECONDS
from slipway.domain.rules.case import Case
from slipway.domain.steps import AwaitChange, ProbeEndpoint, Step


def unless_awaited(case: Case, step: Step) -> Step:
    """The step or, while probes still wait in line, that they are waited for."""
    if not isinstance(step, ProbeEndpoint) or case.world.awaited != step.config:
        return step
    name = case.name(step.config)
    return AwaitChange(ANSWER_SECONDS, f"the probes of {name} wait in line at its endpoint")
