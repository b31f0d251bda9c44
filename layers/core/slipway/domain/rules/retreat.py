"""The way back: to what was released before and answers its probes, if anything does."""

from slipway.domain.attempts import NO_REASON, Attempt, Good
from slipway.domain.blame import is_the_accounts
from slipway.domain.plan.endpoint import CANDIDATE
from slipway.domain.rules import rest
from slipway.domain.rules.case import Case
from slipway.domain.rules.traffic import split
from slipway.domain.rules.verdict import held
from slipway.domain.steps import Announce, AwaitChange, Change, DeployEndpoint, ProbeEndpoint, Step
from slipway.domain.world import Endpoint, EndpointStatus

TRIES = 3
PEOPLE_SECONDS = 86_400
Goods = tuple[Good, ...]

# SageMaker's words for troubles of its own: the version is not to blame and may be tried again.
TRANSIENT = (
    "request to service failed",
    "could not find endpoint configuration",
    "could not find model ",
)


def hold(case: Case, reason: str, to: Goods | None = None) -> Step:
    """Hold the release with what serves on; but what was just seen to fail does not, nor does what
    nobody ever asked, or nothing, where there is something better to go back to, among `to`."""
    coming = next((step for rule in rest.RULES if (step := rule(case)) is not None), None)
    if coming is not None:
        return coming
    if _is_strange(case) and refuges(case, to):
        return retreat(case, reason, to)
    return recovery(case, reason, to) or held(case, reason)


def await_somebody(case: Case, reason: str) -> Step:
    """Wait for what people still owe, with what serves on: or go back from what must not."""
    back = recovery(case, reason)
    # What cannot be gone back to either is no verdict on a version that nobody has judged yet.
    return back if isinstance(back, DeployEndpoint) else AwaitChange(PEOPLE_SECONDS, reason)


def awaits_somebody(step: Step) -> bool:
    """Whether a step waits for what people owe, as `await_somebody` does."""
    return isinstance(step, AwaitChange) and step.timeout == PEOPLE_SECONDS


def rests(step: Step) -> bool:
    """Whether a release has nothing to do that is not somebody's."""
    return isinstance(step, Announce) or awaits_somebody(step)


def recovery(case: Case, reason: str, to: Goods | None = None) -> Step | None:
    """The way back from what must not serve on, or from nothing, while something else holds a
    release up; None where there is none, or no need."""
    return retreat(case, reason, to) if _is_bad(case) and refuges(case, to) else None


def _is_bad(case: Case) -> bool:
    live = case.endpoint
    if live is None or live.status == EndpointStatus.FAILED:
        return True
    # A candidate shares the traffic while it is judged, and no longer.
    if CANDIDATE in live.weights:
        return True
    return live.serves(live.config) and case.fails(live.config)


def _is_strange(case: Case) -> bool:
    """Whether what serves was neither asked nor released: it came up while something newer was
    uploaded, or somebody put it there."""
    live = case.endpoint
    if live is None or not live.serves(live.config):
        return False
    return not (case.attempts.release(live.config) or case.world.probes.of(live.config))


def retreat(case: Case, reason: str, to: Goods | None = None, resorts: Goods | None = None) -> Step:
    """Go back to the best of `to`, by default of what was released besides the wanted config, or
    hold where that is not to be had. `resorts` are what may serve where all of them fail, too."""
    if case.desired.is_batch:
        return held(case, reason)  # what was released runs on, without a change of anything
    live, failures = case.endpoint, ""
    if live and live.weights.get(CANDIDATE) and live.serves(live.config):
        return give_back(live, reason)
    for target in (good.config for good in refuges(case, to)):
        if live and live.serves(target):
            return _proof(case, target, reason)
        if why := _barred(case, target):
            failures += f"; going back to {case.name(target)} failed: {why}"
            continue
        return DeployEndpoint(_way_to(live), target, f"{reason}; going back to {case.name(target)}")
    return _nothing_better(case, reason + failures, others(case) if resorts is None else resorts)


def give_back(live: Endpoint, reason: str) -> Step:
    """All traffic to what served before the candidate, which takes less time than an update."""
    weights = tuple(split(live.weights, 0).items())
    said = f"all traffic goes back to what served before: {reason}"
    return DeployEndpoint(Change.SHIFT, live.config, said, weights=weights)


def _barred(case: Case, target: str) -> str:
    """Why a config cannot be gone back to; "" where it can."""
    if target in case.world.revoked:
        return f"{target} is not approved any more"
    tried = case.tried(target)
    if tried and not may_try(tried, case.endpoint):
        return tried.refused or NO_REASON
    trouble = case.trouble(DeployEndpoint(_way_to(case.endpoint), target, ""))
    return trouble.reason if trouble else ""


def refuges(case: Case, to: Goods | None = None) -> list[Good]:
    """What can be gone back to: what does not fail its probes, first what was seen to answer."""
    sound = (good for good in to or others(case) if not case.fails(good.config))
    return sorted(sound, key=lambda good: not good.proven)


def others(case: Case) -> Goods:
    """What was released besides the wanted config, newest first."""
    return tuple(good for good in case.attempts.good if good.config != case.wanted)


def _proof(case: Case, target: str, reason: str) -> Step:
    """What was gone back to has to answer now, whatever it did once."""
    if case.tried(target) and case.probe(target) is None:
        return ProbeEndpoint(target, f"{reason}; {case.name(target)} serves again: does it answer?")
    return held(case, reason)


def _nothing_better(case: Case, reason: str, resorts: Goods) -> Step:
    """All that is known fails: what was released last serves, for it did answer once."""
    live = case.endpoint
    failed = [case.name(good.config) for good in others(case) if case.fails(good.config)]
    if not failed:
        nowhere = "" if others(case) else "; there is no earlier release to go back to"
        return held(case, f"{reason}{nowhere}")
    resort = resorts[0].config
    said = f"{reason}; {', '.join(failed)} failed the probes, too, and nothing better is known"
    rests = live is not None and (live.serves(resort) or not _is_bad(case))
    if rests or _barred(case, resort):
        return held(case, said)
    return DeployEndpoint(_way_to(live), resort, f"{said}; going back to {case.name(resort)}")


def _way_to(live: Endpoint | None) -> Change:
    if live is None:
        return Change.CREATE
    # Failed allows DeleteEndpoint and nothing else; nothing is served that could be lost.
    return Change.DELETE if live.status == EndpointStatus.FAILED else Change.UPDATE


def may_try(tried: Attempt, live: Endpoint | None) -> bool:
    """Whether a change that was tried before may be made (again) on an endpoint at rest."""
    if tried.ended:
        # What served before was changed by hand since.
        return tried.served or may_repeat(tried)
    return live is None or tried.never_arrived(live.modified_at)


def may_repeat(tried: Attempt) -> bool:
    """Whether what failed may have been somebody else's fault: SageMaker's, a few times, or the
    account's, which is in trouble then."""
    failure = (tried.refused or "").lower()
    if is_the_accounts(failure):
        return True
    return tried.number < TRIES and any(words in failure for words in TRANSIENT)
