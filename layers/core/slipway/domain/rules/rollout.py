"""What a rollout by steps owes: a candidate beside what it shall replace, asked before it gets any
traffic, given more of it step by step, and judged at each."""

from math import ceil

from slipway.domain.attempts import NO_REASON
from slipway.domain.plan.endpoint import CANDIDATE
from slipway.domain.progress import Outcome
from slipway.domain.rollout import Steps
from slipway.domain.rules.case import Case, Rule
from slipway.domain.rules.retreat import give_back, hold, may_try, retreat
from slipway.domain.rules.traffic import is_as, shares, split
from slipway.domain.rules.verdict import held
from slipway.domain.steps import (
    AwaitChange,
    Change,
    DeployEndpoint,
    JudgeRollout,
    ProbeEndpoint,
    Step,
)


def candidate_is_wanted_no_more(case: Case) -> Step | None:
    # Whatever else is owed takes longer than to give the traffic back.
    live = case.endpoint
    if live is None or not live.serves(live.config) or live.in_motion:
        return None
    if not live.weights.get(CANDIDATE) or _goes_on(case):
        return None
    why = case.progress.reason if case.progress else "something else is wanted by now"
    return give_back(live, why)


def candidate_was_sent_back(case: Case) -> Step | None:
    progress = case.progress
    if progress is None or progress.outcome != Outcome.SENT_BACK:
        return None
    return retreat(case, f"{case.name(case.wanted)} was sent back: {progress.reason}")


def stable_version_is_absent(case: Case) -> Step | None:
    # A candidate that nobody has judged does not take all traffic, also where there is none.
    stable = case.stable
    if case.endpoint is not None or stable is None:
        return None
    tried = case.tried(stable.config)
    if tried and not may_try(tried, None):
        return None
    reason = f"there is no endpoint, and {case.name(stable.config)} was released last"
    return DeployEndpoint(Change.CREATE, stable.config, reason)


def candidate_is_not_beside(case: Case) -> Step | None:
    live, trial = case.endpoint, case.trial
    if live is None or trial is None or live.serves(trial.config):
        return None
    tried = case.tried(trial.config)
    if tried and not may_try(tried, live):
        return hold(case, f"{trial.config} was rolled back: {tried.refused or NO_REASON}")
    reason = f"{case.name(case.wanted)} comes up beside what serves, without traffic"
    return DeployEndpoint(Change.UPDATE, trial.config, f"{reason}{case.changed}")


def candidate_is_unproven(case: Case) -> Step | None:
    if not case.tries or case.trial is None or case.probe(case.trial.config):
        return None
    return ProbeEndpoint(case.trial.config, "the candidate is asked before it gets traffic")


def candidate_has_other_traffic(case: Case) -> Step | None:
    live, wanted = case.endpoint, _traffic(case)
    if live is None or not case.tries or is_as(live.weights, wanted):
        return None
    reason = f"traffic is {shares(live.weights)}, wanted is {shares(wanted)}"
    return DeployEndpoint(Change.SHIFT, live.config, reason, weights=tuple(wanted.items()))


def candidate_is_not_judged(case: Case) -> Step | None:
    if not case.tries:
        return None
    progress, share = case.progress, _share(case)
    at = f"{case.name(case.wanted)} has {share} % of the traffic"
    if progress is None or not progress.began:
        return JudgeRollout(f"{at}: its step begins")
    if progress.outcome in (Outcome.UNDECIDED, Outcome.PAUSED):
        name = case.desired.deployment
        how = f"`slipway promote {name}`, `slipway resume {name}` or `slipway abort {name}`"
        return held(case, f"{progress.outcome} at {share} %: {progress.reason}; {how}")
    if case.world.judged_in <= 0:
        return JudgeRollout(f"{at}: is it as good as what served before?")
    said = f": {progress.reason}" if progress.reason else ""
    return AwaitChange(ceil(case.world.judged_in), f"{at}, and is judged after a while{said}")


def _goes_on(case: Case) -> bool:
    """Whether what serves is the candidate's trial, and nobody has ended it."""
    progress = case.progress
    return case.tries or (progress is not None and progress.outcome == Outcome.PROMOTED)


def _share(case: Case) -> int:
    policy = case.desired.policy.rollout
    step = case.progress.step if case.progress else 0
    return policy.share(step) if isinstance(policy, Steps) else 0


def _traffic(case: Case) -> dict[str, float]:
    """The weights of the step that the rollout is at."""
    variants = case.trial.variants if case.trial else ()
    return split((variant.name for variant in variants), _share(case))


FIRST: tuple[Rule, ...] = (candidate_is_wanted_no_more,)
RULES: tuple[Rule, ...] = (
    candidate_is_not_beside,
    candidate_is_unproven,
    candidate_has_other_traffic,
    candidate_is_not_judged,
)
