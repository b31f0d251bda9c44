"""What every target owes first: bytes that are known, safe, runnable, registered and approved."""

import re
from itertools import pairwise

from slipway.domain.desired import Approval
from slipway.domain.naming import MANY, MODELS, host_of, manifest_key, prefix_of
from slipway.domain.plan.model import Container
from slipway.domain.rules.case import Case, Rule
from slipway.domain.rules.retreat import await_somebody, hold
from slipway.domain.steps import InspectArtifact, ProbeEndpoint, RegisterModel, Step
from slipway.domain.world import Inspected, PackageApproval

SHOWN = 5
# By the names of AWS's images: what its built-in algorithms take and give is documented in "Common
# Data Formats for Inference"; what a script makes of a request, nobody knows.
PICTURES = r"image-classification|object-detection|semantic-segmentation"
READS_NO_ROWS = re.compile(rf"/({PICTURES})(-neo)?:")
WRITES_NO_ROWS = re.compile(rf"/({PICTURES}|blazingtext|tensorflow-inference)(-neo)?:")
ALGORITHM = re.compile(
    r"/(linear-learner|kmeans|pca|knn|factorization-machines|randomcutforest|sagemaker-xgboost|"
    r"xgboost-neo|sagemaker-sparkml-serving)[:\w.-]*$"
)
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


def manifest_hosts_no_models(case: Case) -> Step | None:
    desired = case.desired
    if not desired.is_member or desired.policy.many:
        return None
    key, folder = manifest_key(desired.deployment), f"{MODELS}{host_of(desired.deployment)}/{MANY}/"
    return hold(case, f"{key} does not say `models: many`, so nothing serves what is in {folder}")


def nothing_was_uploaded(case: Case) -> Step | None:
    if case.desired.parts:
        return None
    return hold(case, f"no artifact under models/{case.desired.deployment}/ yet")


def part_is_missing(case: Case) -> Step | None:
    # What arrives one after the other is one release: half of a pipeline is no version.
    missing = [prefix_of(case.desired.deployment, part) for part in case.desired.missing]
    if not missing:
        return None
    reason = f"nothing was uploaded to {', '.join(missing)} yet, which is waited for"
    return await_somebody(case, reason)


def artifact_is_unknown(case: Case) -> Step | None:
    use = case.unread
    if use is None:
        return None
    return InspectArtifact(f"{case.desired.parts[use.part].uri} has not been inspected")


def artifact_was_refused(case: Case) -> Step | None:
    refused = next((found for found in case.inspected if found.refused is not None), None)
    if refused is None:
        return None
    return hold(case, f"artifact{_whose(case, refused)} refused: {refused.refused}")


def no_image_runs_it(case: Case) -> Step | None:
    if case.plan is not None:
        return None
    found = next((found for found in case.inspected if not found.image), None)
    if found is None:
        return hold(case, "no image: not inspected")
    return hold(case, f"no image{_whose(case, found)}: {found.no_image}")


def isolation_keeps_packages_out(case: Case) -> Step | None:
    # The container would install them when it starts, and an isolated one reaches no index.
    isolated = case.plan.models if case.plan else ()
    images = [c.image for made in isolated if made.network_isolation for c in made.containers]
    fetched = [name for found in case.inspected for name in found.fetched]
    if not fetched or not any(map(INSTALLS.search, images)):
        return None
    return hold(
        case,
        f"code/requirements.txt asks for {', '.join(fetched[:SHOWN])}, which a container "
        "without network cannot fetch; pack the wheels (`slipway push --vendor`), or set "
        "`network_isolation: false` in slipway.yaml",
    )


def containers_do_not_fit(case: Case) -> Step | None:
    # Said before anything is deployed: the endpoint would come up, and answer nobody.
    models = case.plan.models if case.plan else ()
    for first, second in (pair for made in models for pair in pairwise(made.containers)):
        if WRITES_NO_ROWS.search(first.image) and ALGORITHM.search(second.image):
            return _unfit(case, first, second, "answers no CSV, which is all that passes between")
        if READS_NO_ROWS.search(second.image):
            why = f"is followed by {second.image}, which reads pictures"
            return _unfit(case, first, second, why)
    return None


def _unfit(case: Case, first: Container, second: Container, why: str) -> Step:
    return hold(case, f"containers: {first.name} and {second.name} do not fit: {first.image} {why}")


def version_is_unregistered(case: Case) -> Step | None:
    if case.approval is not None:
        return None
    told = (f"{f.summary or 'the artifact'} (sha256 {f.sha256[:12]})" for f in case.inspected)
    version = " and ".join(told)
    return RegisterModel(f"the model registry has no version of {version} in this container")


def approval_is_automatic(case: Case) -> Step | None:
    # What only a person may approve waits for one, whatever the manifest says.
    automatic = case.desired.policy.approval == Approval.AUTOMATIC and not case.waits
    if automatic and case.approval == PackageApproval.PENDING:
        return RegisterModel("the version waits for an approval that the manifest gives")
    return None


def _whose(case: Case, found: Inspected) -> str:
    """Which part it is of, where there are others."""
    names = (part for part, artifact in case.desired.parts.items() if artifact == found.artifact)
    name = next(names, "")
    return f" of {name}" if name else ""


RULES: tuple[Rule, ...] = (
    version_came_up_unasked,
    manifest_is_unusable,
    manifest_hosts_no_models,
    nothing_was_uploaded,
    part_is_missing,
    artifact_is_unknown,
    artifact_was_refused,
    no_image_runs_it,
    isolation_keeps_packages_out,
    containers_do_not_fit,
    version_is_unregistered,
    approval_is_automatic,
)
