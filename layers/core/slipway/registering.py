"""The steps of a release that make uploaded bytes a version in the model registry."""

from dataclasses import replace
from functools import partial

from slipway.domain import naming
from slipway.domain.attempts import Attempts, Good
from slipway.domain.desired import Approval, Artifact, Desired
from slipway.domain.errors import AccountFault, Refused, Retryable
from slipway.domain.plan.model import Model
from slipway.domain.record import Record
from slipway.domain.world import Inspected, Package, PackageApproval, read, unread, waits
from slipway.looking import change, planned
from slipway.ports import Ports
from slipway.stepping import Task, attempt, stoppable

READINGS = 3  # releases; each tries three times when its function is killed


@stoppable
def inspect_artifact(ports: Ports, task: Task) -> str:
    """Read the bytes of one artifact once and keep what they are on the ledger."""
    record = ports.ledger.load(task.deployment).under(task.fence)
    use = unread(record.desired, record.inspected) if record.desired else None
    if record.desired is None or use is None:
        told = (found.refused or found.summary for found in record.inspected)
        return ", ".join(told) or "there is nothing to inspect"
    inspected = _inspected(ports, task, record.desired.parts[use.part], use.instance_type)
    _read(ports, task, inspected)
    return inspected.refused or inspected.summary


@stoppable
def register_model(ports: Ports, task: Task) -> str:
    """Pin the artifacts' bytes and make their models versions in the registry, or approve those."""
    record = ports.ledger.load(task.deployment).under(task.fence)
    _keep_released(ports, task, record.attempts)
    wanted, desired = planned(ports, record), record.desired
    if wanted is None or desired is None:
        return "there is nothing to register"
    files = read(desired, record.inspected).values()
    for inspected in files:
        refused = _pinned(ports, task, inspected)
        if refused:
            _read(ports, task, replace(inspected, refused=refused))
            return refused
    return ", ".join(_version(ports, task, record, desired, made) for made in wanted.registered)


def _read(ports: Ports, task: Task, inspected: Inspected) -> None:
    change(ports, task.deployment, lambda r: r.under(task.fence).read(inspected))


def _version(ports: Ports, task: Task, record: Record, desired: Desired, made: Model) -> str:
    """The version of a model, registered and, where the manifest does so, approved."""
    owed = waits(desired, record.inspected)
    automatic = desired.policy.approval == Approval.AUTOMATIC and not owed
    known = record.package(made.package_key)
    approval = ports.registry.approval(known.arn, made) if known else None
    if known and approval is not None:
        # Somebody may have rejected it since it was looked at.
        if automatic and approval == PackageApproval.PENDING:
            ports.registry.approve(known.arn, "the manifest approves automatically")
        return known.arn
    told = ": ".join(filter(None, (_summary(task, record, made), owed)))
    package = _registered(ports, task, made, known, told, automatic=automatic)
    change(ports, task.deployment, lambda r: r.under(task.fence).registered(package))
    return package.arn


def _summary(task: Task, record: Record, made: Model) -> str:
    """What a person calls what its containers hold."""
    told = {naming.pinned_key(task.deployment, f.sha256): f.summary for f in record.inspected}
    urls = (container.model_data_url for container in made.containers)
    return ", then ".join(
        told[key] for key in (url.split("/", 3)[3] for url in urls) if key in told
    )


def _registered(
    ports: Ports, task: Task, made: Model, known: Package | None, summary: str, *, automatic: bool
) -> Package:
    """Register a version. One that somebody deleted is made anew, so the token carries the one
    before it, and how many there were: in a new group they are counted from one again. A token
    used for another group, or with another approval, is refused."""
    lost = known.lost + 1 if known else 0
    group = naming.group_name(ports.site, task.deployment)
    token = naming.digest(
        {
            "group": group,
            "plan": made.package_key,
            "gone": known.arn if known else "",
            "lost": lost,
            "approved": automatic,
        }
    )
    arn = ports.registry.register(group, made, approved=automatic, description=summary, token=token)
    return Package(made.package_key, arn, lost=lost)


def _keep_released(ports: Ports, task: Task, attempts: Attempts) -> None:
    """Copy the bytes of what can be gone back to again, where somebody deleted them. Where the
    upload is gone as well, they cannot be had any more."""
    for good in attempts.good:
        if any(_pinned(ports, task, inspected) for inspected in good.inspected):
            attempt(ports, task, partial(_losing, good))


def _losing(lost: Good, attempts: Attempts, _generation: int) -> Attempts:
    return attempts.losing(lost)


def _pinned(ports: Ports, task: Task, inspected: Inspected) -> str | None:
    """Keep the artifact's bytes, and its script's, under their digests; why they cannot be."""
    from slipway.artifacts.scripts import pack_script  # no other step uploads scripts

    try:
        key = naming.pinned_key(task.deployment, inspected.sha256)
        ports.uploaded.pin(inspected.artifact, key)
    except Refused as refusal:
        return str(refusal)
    if inspected.script:
        ports.uploaded.put(inspected.script_key, pack_script(inspected.script))
    return None


def _inspected(ports: Ports, task: Task, artifact: Artifact, instance_type: str) -> Inspected:
    """Each reading is written down before it begins: bytes that end their reader again and again,
    by its memory or its time, are refused like any others that cannot be read."""
    from slipway.inspecting import inspect_upload, unreadable  # no other step reads bytes

    before = ports.ledger.load(task.deployment).readings
    record = change(ports, task.deployment, lambda r: r.under(task.fence).reading(artifact))
    if record.readings and record.readings.count > READINGS:
        return unreadable(artifact, instance_type)
    try:
        return inspect_upload(
            ports.uploaded, artifact, ports.site.region, instance_type, ports.trusted
        )
    except Refused as refusal:
        return Inspected(artifact, instance_type, refused=str(refusal))
    except (Retryable, AccountFault):
        change(ports, task.deployment, lambda r: replace(r.under(task.fence), readings=before))
        raise
