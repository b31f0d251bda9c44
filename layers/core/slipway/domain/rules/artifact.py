"""What every target owes first: bytes that are known, safe, runnable, registered and approved."""

import re

from slipway.domain.desired import Approval
from slipway.domain.rules.case import Case, Rule
from slipway.domain.rules.retreat import hold
from slipway.domain.steps import InspectArtifact, ProbeEndpoint, RegisterModel, Step
from slipway.domain.world import PackageApproval

SHOWN = 5
# AWS's own images, which install requirements.txt; what somebody else's do, nobody knows.
INSTALLS = re.compile(r"/(sagemaker|(huggingface-)?(pytorch|tensorflow)|mxnet)-[^/]*$")


def version_came_up_unasked(case: Case) -> Step | None:
    # A manifest that nobody can use is no reason to undo what the one before it asked for.
    if not case.desired.problem or not case.serves_wanted or case.world.probes.of(case.wanted):
        return None
    if case.approval != PackageApproval.APPROVED:
        return None
    return ProbeEndpoint(
        case.wanted, f"{case.name(case.wanted)} came up, asked for by the manifest before this one"
    )


def manifest_is_unusable(case: Case) -> Step | None:
    # It says nothing against what was released by the one before it.
    problem = case.desired.problem
    return hold(case, problem, case.attempts.good) if problem else None


def nothing_was_uploaded(case: Case) -> Step | None:
    if case.desired.artifact is not None:
        return None
    return hold(case, f"no artifact under models/{case.desired.deployment}/ yet")


def artifact_is_unknown(case: Case) -> Step | None:
    if case.inspected or case.desired.artifact is None:
        return None
    return InspectArtifact(f"{case.desired.artifact.uri} has not been inspected")


def artifact_was_refused(case: Case) -> Step | None:
    inspected = case.world.inspected
    if inspected is None or inspected.refused is None:
        return None
    return hold(case, f"artifact refused: {inspected.refused}")


def no_image_runs_it(case: Case) -> Step | None:
    if case.plan is not None:
        return None
    found = case.world.inspected
    return hold(case, f"no image: {found.no_image if found else 'not inspected'}")


def isolation_keeps_packages_out(case: Case) -> Step | None:
    # The container would install them when it starts, and an isolated one reaches no index.
    found, plan = case.world.inspected, case.plan
    if found is None or plan is None or not (plan.network_isolation and found.fetched):
        return None
    if not INSTALLS.search(plan.container.image):
        return None
    return hold(
        case,
        f"code/requirements.txt asks for {', '.join(found.fetched[:SHOWN])}, which a container "
        "without network cannot fetch; pack the wheels (`slipway push --vendor`), or set "
        "`network_isolation: false` in slipway.yaml",
    )


def version_is_unregistered(case: Case) -> Step | None:
    if case.approval is not None:
        return None
    found = case.world.inspected
    version = f"{found.summary or 'the artifact'} (sha256 {found.sha256[:12]})" if found else ""
    return RegisterModel(f"the model registry has no version of {version} in this container")


def approval_is_automatic(case: Case) -> Step | None:
    # What only a person may approve waits for one, whatever the manifest says.
    found, waits = case.world.inspected, case.approval == PackageApproval.PENDING
    if found is None or found.waits:
        return None
    if waits and case.desired.policy.approval == Approval.AUTOMATIC:
        return RegisterModel("the version waits for an approval that the manifest gives")
    return None


RULES: tuple[Rule, ...] = (
    version_came_up_unasked,
    manifest_is_unusable,
    nothing_was_uploaded,
    artifact_is_unknown,
    artifact_was_refused,
    no_image_runs_it,
    isolation_keeps_packages_out,
    version_is_unregistered,
    approval_is_automatic,
)
