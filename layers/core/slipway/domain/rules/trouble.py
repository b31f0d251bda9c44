"""What could not be done a moment ago is not tried again before its time."""

from slipway.domain.rules.case import Case
from slipway.domain.rules.retreat import hold
from slipway.domain.rules.verdict import held
from slipway.domain.steps import Step


def unless_troubled(case: Case, step: Step) -> Step:
    """The step or, while it is in trouble, what holds or goes back instead of it."""
    trouble = case.trouble(step)
    if trouble is None:
        return step
    reason = (
        f"{trouble.reason}; it is tried again by and by, or at once by "
        f"`slipway sync {case.desired.deployment} --again`"
    )
    # What is asked to go is not gone back to.
    back = held(case, reason) if case.desired.leaves else hold(case, reason)
    return held(case, reason) if case.trouble(back) else back
