"""What a batch deployment owes before it runs: an approved version that was seen to answer. Nothing
serves, so nothing is gone back to: runs go on with what was released last."""

from slipway.domain.rules import rest
from slipway.domain.rules.case import Case, Rule
from slipway.domain.rules.endpoint import (
    version_awaits_approval,
    version_is_another_kind,
    version_was_rejected,
)
from slipway.domain.rules.retreat import hold
from slipway.domain.rules.verdict import released
from slipway.domain.steps import Deed, RunBatch, Step


def endpoint_serves_requests(case: Case) -> Step | None:
    # Its clients would lose it without a word.
    live = case.endpoint
    if live is None:
        return None
    name = case.desired.deployment
    return hold(
        case,
        f"target: the endpoint {live.name} serves requests; push the model as another deployment, "
        f"or `slipway delete {name}` and push it again",
    )


def version_failed_its_sample(case: Case) -> Step | None:
    probed = case.failure
    return hold(case, f"probe failed: {probed.reason}{case.changed}") if probed else None


def version_is_unproven(case: Case) -> Step | None:
    # A version that cannot answer its sample never runs over a night's data.
    if case.probe(case.wanted):
        return None
    said = f"{case.name(case.wanted)} has not answered a sample yet"
    return RunBatch(Deed.PROVE, case.wanted, said)


def version_runs(case: Case) -> Step:
    return released(case, "answers files")


RULES: tuple[Rule, ...] = (
    rest.earlier_call_may_still_land,
    rest.bytes_are_gone,
    endpoint_serves_requests,
    version_is_another_kind,
    version_awaits_approval,
    version_was_rejected,
    version_failed_its_sample,
    version_is_unproven,
)
