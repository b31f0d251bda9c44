"""From an upload's bytes to what the ledger keeps of them."""

import hashlib
from dataclasses import replace

from slipway.artifacts import ArchiveRefused, Grade, Inspection, inspect
from slipway.artifacts.images import ImageChoice, NoImage, choose
from slipway.artifacts.scripts import pack_script
from slipway.domain import naming
from slipway.domain.desired import Artifact
from slipway.domain.world import Inspected
from slipway.ports import Uploaded

FINDINGS = 20


def inspect_upload(uploaded: Uploaded, artifact: Artifact, region: str) -> Inspected:
    """Read the artifact once; what it is, or why it may not be used."""
    try:
        inspection = inspect(uploaded.read(artifact))
    except ArchiveRefused as refusal:
        return Inspected(artifact, refused=str(refusal))
    found = _facts(artifact, inspection)
    if found.refused:
        return found
    try:
        return _with_image(found, inspection, choose(inspection, region))
    except NoImage as problem:
        return replace(found, no_image=f"{problem}; or set `image` in slipway.yaml")


def _facts(artifact: Artifact, inspection: Inspection) -> Inspected:
    refusals = [f.message for f in inspection.findings if f.grade == Grade.REFUSE]
    return Inspected(
        artifact,
        sha256=inspection.sha256,
        summary=inspection.summary,
        refused="; ".join(refusals) or None,
        findings=tuple(f"{f.grade}: {f.message}" for f in inspection.findings[:FINDINGS]),
    )


def _with_image(found: Inspected, inspection: Inspection, choice: ImageChoice) -> Inspected:
    script = choice.default_script
    key = naming.script_key(hashlib.sha256(pack_script(script)).hexdigest()) if script else ""
    # With a script of the user's own, only the user knows what a request looks like.
    features = None if inspection.entry_point else inspection.n_features
    return replace(
        found,
        image=choice.uri,
        environment=dict(choice.environment),
        script=script,
        script_key=key,
        features=features,
    )
