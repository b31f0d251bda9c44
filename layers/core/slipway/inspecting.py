"""From an upload's bytes to what the ledger keeps of them."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from slipway.artifacts import (
    ArchiveRefused,
    ImageChoice,
    Inspection,
    NoImage,
    choose,
    inspect,
    pack_script,
)
from slipway.domain import naming
from slipway.domain.desired import Artifact
from slipway.domain.known import Known
from slipway.domain.world import Inspected
from slipway.ports import Uploaded

KEPT = 20
SERVED = "serving_default"
NO_ISOLATION = (
    "warn: the archive brings no inference script, so the container fetches Slipway's default one "
    "and runs without network isolation; put code/inference.py into the archive to keep it isolated"
)


def inspect_upload(
    uploaded: Uploaded,
    artifact: Artifact,
    region: str,
    instance_type: str,
    trusted: Collection[str] = (),
) -> Inspected:
    """Read the artifact once; what it is and which image serves it, or why it may not be used.

    `trusted` are the modules whose classes its pickles may have.
    """
    found = Inspected(artifact, instance_type)
    try:
        inspection = inspect(uploaded.read(artifact), trusted=trusted)
    except ArchiveRefused as refusal:
        return replace(found, refused=str(refusal))
    found = _with_facts(found, inspection)
    if found.refused:
        return found
    try:
        choice = choose(inspection, region, instance_type=instance_type)
    except NoImage as problem:
        return replace(found, no_image=f"{problem} Or set `image` in slipway.yaml.")
    return _with_image(found, inspection, choice)


def unreadable(artifact: Artifact, instance_type: str) -> Inspected:
    """What is kept of an artifact whose inspections never ended."""
    refused = (
        "it could not be read within the time and memory of InspectArtifact, several times; "
        "upload a smaller archive, or raise the function's Timeout and MemorySize in template.yaml"
    )
    return Inspected(artifact, instance_type, refused=refused)


def _with_facts(found: Inspected, inspection: Inspection) -> Inspected:
    refusals = [f.sentence for f in inspection.findings if f.grade == "refuse"]
    return replace(
        found,
        sha256=inspection.sha256,
        fetched=inspection.fetched,
        waits=inspection.waits,
        summary=_summary(inspection),
        known=_known(inspection),
        refused="; ".join(refusals) or None,
        findings=tuple(f"{f.grade}: {f.sentence}" for f in inspection.findings[:KEPT]),
    )


def _with_image(found: Inspected, inspection: Inspection, choice: ImageChoice) -> Inspected:
    script = choice.default_script
    key = naming.script_key(hashlib.sha256(pack_script(script)).hexdigest()) if script else ""
    # With a script of the user's own, only the user knows what a request looks like.
    features = None if inspection.entry_point else inspection.details.get("n_features")
    return replace(
        found,
        image=choice.uri,
        environment=dict(choice.environment),
        script=script,
        script_key=key,
        features=features,
        findings=(*found.findings, NO_ISOLATION) if script else found.findings,
    )


def _known(inspection: Inspection) -> Known:
    """What the file tells of what it is asked and answers, in whatever words its format has."""
    details = inspection.details
    answers = details.get("objective") or _outputs(details.get("signatures") or {})
    return Known(
        features=details.get("n_features"),
        names=tuple(map(str, details.get("feature_names") or ())),
        classes=details.get("n_classes") or None,
        labels=tuple(map(str, details.get("class_names") or ())),
        answers=str(answers),
    )


def _outputs(signatures: Mapping[str, Mapping[str, Any]]) -> str:
    """The outputs of the signature that is served, with their types and shapes."""
    outputs: Mapping[str, Mapping[str, Any]] = signatures.get(SERVED, {}).get("outputs", {})
    told = ((name, outputs[name]) for name in sorted(outputs))
    return ", ".join(f"{name} {each.get('dtype')} {each.get('shape')}" for name, each in told)


def _summary(inspection: Inspection) -> str:
    """What a person calls it, such as "sklearn 1.4.2 RandomForestRegressor, 5 features"."""
    details = inspection.details
    name = str(details.get("class", "")).rpartition(".")[2]
    words = (inspection.framework or inspection.kind, inspection.framework_version, name)
    features = f", {details['n_features']} features" if details.get("n_features") else ""
    return " ".join(word for word in words if word) + features
