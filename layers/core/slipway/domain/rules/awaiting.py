"""What was asked is answered by and by, and nobody asks again meanwhile."""

from slipway.domain.probed import ANSWER_SECONDS, JOB_SECONDS
from slipway.domain.rules.case import Case
from slipway.domain.steps import AwaitChange, Deed, ProbeEndpoint, RunBatch, Step


def unless_awaited(case: Case, step: Step) -> Step:
    """The step or, while probes are not answered yet, that they are waited for."""
    match step:
        case ProbeEndpoint(config=config) if config == case.world.awaited:
            said = f"the probes of {case.name(config)} wait in line at its endpoint"
            return AwaitChange(ANSWER_SECONDS, said)
        case RunBatch(deed=Deed.PROVE, due=config) if config == case.world.awaited:
            return AwaitChange(JOB_SECONDS, f"{case.name(config)} answers a sample, as a job")
    return step
