"""What every target owes first: bytes that are known, safe, runnable, registered and approved."""

from slipway.domain.desired import Approval
from slipway.domain.rules.case import Case, Rule
from slipway.domain.steps import Announce, InspectArtifact, RegisterModel, Step, Verdict
from slipway.domain.world import PackageApproval


def manifest_is_unusable(case: Case) -> Step | None:
    return Announce(Verdict.HELD, case.desired.problem) if case.desired.problem else None


def nothing_was_uploaded(case: Case) -> Step | None:
    if case.desired.artifact is not None:
        return None
    return Announce(Verdict.HELD, f"no artifact under models/{case.desired.deployment}/ yet")


def artifact_is_unknown(case: Case) -> Step | None:
    if case.inspected or case.desired.artifact is None:
        return None
    return InspectArtifact(f"{case.desired.artifact.uri} has not been inspected")


def artifact_was_refused(case: Case) -> Step | None:
    inspected = case.world.inspected
    if inspected is None or inspected.refused is None:
        return None
    return Announce(Verdict.HELD, f"artifact refused: {inspected.refused}")


def no_image_runs_it(case: Case) -> Step | None:
    if case.plan is not None:
        return None
    found = case.world.inspected
    return Announce(Verdict.HELD, f"no image: {found.no_image if found else 'not inspected'}")


def version_is_unregistered(case: Case) -> Step | None:
    if case.approval is not None:
        return None
    return RegisterModel("the model registry has no version of this artifact and container")


def approval_is_automatic(case: Case) -> Step | None:
    waits = case.approval == PackageApproval.PENDING
    if waits and case.desired.policy.approval == Approval.AUTOMATIC:
        return RegisterModel("the version waits for an approval that the manifest gives")
    return None


RULES: tuple[Rule, ...] = (
    manifest_is_unusable,
    nothing_was_uploaded,
    artifact_is_unknown,
    artifact_was_refused,
    no_image_runs_it,
    version_is_unregistered,
    approval_is_automatic,
)
