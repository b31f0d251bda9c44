"""Look before you act: read the record and the world, and ask domain.decide what is owed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from slipway import batched, watched
from slipway.domain import naming
from slipway.domain.attempts import Good
from slipway.domain.decide import decide
from slipway.domain.desired import Artifact, Desired, Policy, Uploads
from slipway.domain.errors import Conflict, InvalidInput
from slipway.domain.news import is_news, newer
from slipway.domain.plan.endpoint import Plan, plan, runs
from slipway.domain.plan.model import Model
from slipway.domain.record import Asked, Record
from slipway.domain.rollout import Plain
from slipway.domain.rules.case import Case
from slipway.domain.scaling import Scaling
from slipway.domain.steps import Announce, Step
from slipway.domain.trouble import Trouble
from slipway.domain.wish import Delete, Rollback
from slipway.domain.world import (
    Baseline,
    Endpoint,
    EndpointStatus,
    Inspected,
    Package,
    PackageApproval,
    World,
    read,
)
from slipway.ports import Ports

CONTENDED = 10
Arrived = tuple[Artifact, ...]
Approvals = Callable[[str, Model], PackageApproval | None]


@dataclass(frozen=True, slots=True)
class Look:
    """A decision with what it was made from."""

    record: Record
    world: World
    plan: Plan | None
    step: Step

    @property
    def case(self) -> Case:
        """What the rules looked at."""
        desired = self.record.desired
        blank = Desired(self.record.deployment, 0, {}, Policy())
        return Case(desired or blank, self.world, self.record.attempts, self.plan)

    @property
    def converged(self) -> bool:
        """Nothing is owed and everybody was told; or nothing was ever asked for."""
        desired, settled = self.record.desired, self.record.settled
        asked = desired is not None and (desired.parts or desired.problem or settled)
        if desired is None or not asked:
            return True
        if not isinstance(self.step, Announce) or settled is None:
            return False
        return settled.told and settled.says(desired.generation, self.step)


def look(ports: Ports, record: Record) -> Look:
    """Read the world and decide, changing nothing."""
    desired = record.desired or nothing_wanted(ports, record.deployment)
    wanted = planned(ports, record)
    world = _observe(ports, record, wanted)
    attempts = record.attempts.judged(world.endpoint)
    step = decide(desired, world, attempts, wanted)
    return Look(replace(record, attempts=attempts), world, wanted, step)


def planned(ports: Ports, record: Record) -> Plan | None:
    """What the desired state means on SageMaker; None until all its parts are known to run."""
    desired = record.desired
    if desired is None or not runs(desired, record.inspected):
        return None
    return plan(desired, record.inspected, ports.site, record.packages)


def nothing_wanted(ports: Ports, deployment: str, generation: int = 0) -> Desired:
    """The desired state of a deployment before anything is uploaded."""
    return Desired(deployment, generation, {}, ports.default_policy)


def uploads(ports: Ports, record: Record) -> Uploads:
    """What is uploaded of what is wanted."""
    policy = record.desired.policy if record.desired else ports.default_policy
    return ports.uploaded.newest(record.deployment, policy.parts, record.arrived)


def has_news(ports: Ports, record: Record) -> bool:
    """Whether something was uploaded, or asked for, that the desired state does not know."""
    return record.asked is not None or is_news(uploads(ports, record), record.desired)


def refresh(ports: Ports, record: Record) -> Record:
    """The record under its lease with what was asked for and uploaded since, as new generations."""
    before = record.desired or nothing_wanted(ports, record.deployment)
    desired, asked = before, record.asked
    if asked:
        desired = _wished(ports, desired, asked, record.arrived)
    found = ports.uploaded.newest(record.deployment, desired.policy.parts, record.arrived)
    if is_news(found, desired):
        desired = _renewed(ports, desired, found, record.arrived)
    if desired is before:
        return record
    now = ports.clock()
    return change(
        ports, record.deployment, lambda r: r.under(record.fence).wanting(desired, asked, now)
    )


def change(ports: Ports, deployment: str, how: Callable[[Record], Record]) -> Record:
    """Read, change and write the record until nobody wrote in between; the record as written.

    Raises Conflict after ten tries, and whatever `how` raises.
    """
    for _ in range(CONTENDED):
        try:
            return ports.ledger.save(how(ports.ledger.load(deployment)))
        except Conflict:
            continue
    raise Conflict(f"{deployment}: others wrote the record {CONTENDED} times in a row")


def _wished(ports: Ports, before: Desired, asked: Asked, arrived: Arrived) -> Desired:
    """The next generation, in which what had been uploaded when it was said is asked to go; or in
    which an earlier release is."""
    wish, over = asked.wish, asked.over
    if isinstance(wish, Rollback):
        return _rolled_back(ports, before, wish, asked)
    if not wish.purge:
        return replace(_renewed(ports, before, over, arrived), wish=wish)
    # The manifest may be gone already, and nobody needs it any more.
    return Desired(
        deployment=before.deployment,
        generation=before.generation + 1,
        parts=over.parts,
        policy=before.policy,
        manifest_version=over.manifest_version,
        baseline=over.baseline,
        request=over.request,
        wish=wish,
    )


def _rolled_back(ports: Ports, before: Desired, wish: Rollback, asked: Asked) -> Desired:
    """The next generation, in which what an earlier release was made of is wanted."""
    back = asked.back or before.uploads
    blank = nothing_wanted(ports, before.deployment, before.generation)
    policy, problem = _policy(ports, blank, back.manifest_version)
    return Desired(
        deployment=before.deployment,
        generation=before.generation + 1,
        parts=back.parts,
        policy=replace(policy, rollout=Plain.ALL_AT_ONCE) if wish.now else policy,
        manifest_version=back.manifest_version,
        problem=problem,
        baseline=back.baseline,
        request=back.request,
        wish=wish,
        over=asked.over,
    )


def _renewed(ports: Ports, before: Desired, uploads: Uploads, arrived: Arrived) -> Desired:
    """The next generation, with what was uploaded since the one before. It knows no wish."""
    if isinstance(before.wish, Delete) and before.wish.purge:
        # Whatever it knew may be gone.
        before = nothing_wanted(ports, before.deployment, before.generation)
    policy, problem = _policy(ports, before, uploads.manifest_version)
    if policy.parts != before.policy.parts:
        uploads = ports.uploaded.newest(before.deployment, policy.parts, arrived)
    known, parts = before.known, _parts(policy, before, uploads.parts)
    return Desired(
        deployment=before.deployment,
        generation=before.generation + 1,
        parts=parts,
        policy=policy,
        manifest_version=uploads.manifest_version or before.manifest_version,
        problem=problem,
        baseline=_latest(uploads.baseline, before.baseline, known.baseline),
        request=_latest(uploads.request, before.request, known.request),
        over=uploads if before.over and parts != uploads.parts else None,
        fresh=before.fresh,
    )


def _parts(policy: Policy, before: Desired, found: Mapping[str, Artifact]) -> dict[str, Artifact]:
    """The newest artifact of each part that is served; but what was rolled back from stays so."""
    old, known = before.parts, before.known.parts
    latest = {p: _latest(found.get(p), old.get(p), known.get(p)) for p in policy.parts}
    return {part: artifact for part, artifact in latest.items() if artifact}


def _latest(
    found: Artifact | None, wanted: Artifact | None, known: Artifact | None
) -> Artifact | None:
    """What is wanted from now on: what was found, if it is news or nothing is wanted yet."""
    return found if wanted is None or newer(found, known) else wanted


def _policy(ports: Ports, before: Desired, version: str | None) -> tuple[Policy, str | None]:
    if version is None or version == before.manifest_version:
        return before.policy, before.problem
    try:
        return ports.parse_manifest(ports.uploaded.manifest(before.deployment, version)), None
    except InvalidInput as problem:
        return before.policy, str(problem)


def _observe(ports: Ports, record: Record, wanted: Plan | None) -> World:
    if record.is_deleted:
        return World(deleted=True, purged=record.is_purged)
    endpoint = naming.endpoint_name(ports.site, record.deployment)
    live = ports.endpoints.describe(endpoint)
    packages = _packages(ports, record, wanted) if wanted else ()
    alarms = watched.alarms(ports, record)
    return World(
        inspected=record.inspected,
        packages=packages,
        endpoint=live,
        probes=record.probes,
        baseline=_baseline(ports, record.baseline),
        watch=watched.watch(ports, record, alarms),
        watched=record.watched,
        alarms=alarms,
        remedied=record.remedied,
        at=ports.clock(),
        minute=ports.minute,
        drift=record.drift,
        unsettled=record.lease is not None and record.lease.quiet_until > ports.clock(),
        missing=ports.endpoints.missing(live.config) if live and _at_rest(live) else "",
        unpinned=_unpinned(ports, record, packages, wanted),
        troubles=_troubles(ports, record),
        host=_host(ports, record.deployment),
        loader=_loader(ports, record.deployment),
        revoked=_revoked(ports, record, packages),
        awaited=batched.awaited(ports, record),
        scaling=_scaling(ports, record, endpoint),
        progress=record.progress,
        judged_in=_judged_in(ports, record),
        footprints=record.footprints,
        runs=record.runs,
        job=batched.job(ports, record),
        arrived=batched.arrived(ports, record),
        withdrawn=record.releases.left,
        tasks=record.tasks,
        task=batched.task(ports, record),
        purged=record.is_purged,
    )


def _judged_in(ports: Ports, record: Record) -> float:
    """In how many seconds a rollout by steps is judged, as somebody waits them."""
    due = record.progress.due if record.progress else 0.0
    return (due - ports.clock()) * 60 / ports.minute


def _host(ports: Ports, deployment: str) -> Endpoint | None:
    """The endpoint that a model is behind."""
    if not naming.member_of(deployment):
        return None
    return ports.endpoints.describe(naming.endpoint_name(ports.site, naming.host_of(deployment)))


def _loader(ports: Ports, deployment: str) -> tuple[str, Mapping[str, str]] | None:
    """What loads a model that is behind an endpoint with others."""
    host = naming.host_of(deployment)
    made = planned(ports, ports.ledger.load(host)) if host != deployment else None
    return made.models[0].containers[0].runs if made else None


def _revoked(ports: Ports, record: Record, packages: Sequence[Package]) -> frozenset[str]:
    """What was released and is not approved of now; what `packages` tell is not asked again."""
    seen = {(package.arn, package.key): package.approval for package in packages}

    def approval(arn: str, made: Model) -> PackageApproval | None:
        return seen.get((arn, made.package_key)) or ports.registry.approval(arn, made)

    goods = record.attempts.good
    return frozenset(good.config for good in goods if not _approved(good, record, approval))


def _approved(version: Good, record: Record, approval: Approvals) -> bool:
    """Whether all that it is made of is approved: as it was registered or, where somebody deleted
    that, as it was registered anew."""
    if version.plan is None:
        return False
    for arn, made in zip(version.packages, version.plan.registered, strict=True):
        anew = record.package(made.package_key)
        found = approval(arn, made) or (approval(anew.arn, made) if anew else None)
        if found != PackageApproval.APPROVED:
            return False
    return True


def _troubles(ports: Ports, record: Record) -> tuple[Trouble, ...]:
    """What could not be done of what is wanted now, and is to be left alone for now."""
    generation, now = record.desired.generation if record.desired else 0, ports.clock()
    return tuple(t for t in record.troubles if t.generation == generation and now < t.until)


def _at_rest(live: Endpoint) -> bool:
    return live.status == EndpointStatus.IN_SERVICE and not live.in_motion


def _baseline(ports: Ports, built: Baseline | None) -> Baseline | None:
    """The baseline that was built, if its files are still there."""
    kept = built is None or built.refused or ports.monitored.present(built.folder)
    return built if kept else None


def _unpinned(
    ports: Ports, record: Record, packages: Sequence[Package], wanted: Plan | None
) -> str:
    """What is gone of the bytes that the registered versions refer to, and those that can be gone
    back to."""
    desired = record.desired
    registered = packages and wanted and len(packages) == len(wanted.package_keys)
    mine = read(desired, record.inspected).values() if desired and registered else ()
    goods = (inspected for good in record.attempts.good for inspected in good.inspected)
    needed = (key for inspected in (*mine, *goods) for key in pins(record.deployment, inspected))
    lost = (key for key in dict.fromkeys(needed) if not ports.uploaded.holds(key))
    return next(lost, "")


def pins(deployment: str, inspected: Inspected) -> tuple[str, ...]:
    """Where a version's bytes are kept under their digests."""
    pinned = naming.pinned_key(deployment, inspected.sha256)
    return (pinned, inspected.script_key) if inspected.script else (pinned,)


def _scaling(ports: Ports, record: Record, endpoint: str) -> Scaling:
    """What scales of the endpoint, of all that may have been made to."""
    found = (ports.scalings.find(endpoint, variant) for variant in record.scaled)
    return frozenset(scaled for scaled in found if scaled)


def _packages(ports: Ports, record: Record, wanted: Plan) -> tuple[Package, ...]:
    """The registered versions of what is wanted, as the registry has them now."""
    found = (_package(ports, record.package(m.package_key), m) for m in wanted.registered)
    return tuple(package for package in found if package)


def _package(ports: Ports, known: Package | None, made: Model) -> Package | None:
    approval = ports.registry.approval(known.arn, made) if known else None
    return replace(known, approval=approval) if known and approval else None
