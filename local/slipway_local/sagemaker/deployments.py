"""How an endpoint moves from status to status. Nothing here waits: `advance` is called often.

    Creating ──ready──► InService ──UpdateEndpoint──► Updating ──ready──► InService (new)
        │                                                │
      failed                                      failed or alarmed
        ▼                                                ▼
      Failed                  InService (old) ◄───── RollingBack ───► UpdateRollbackFailed

While Updating the old fleet serves. When the new fleet is healthy the traffic moves over, step by
step as its rollout says; requests that the old fleet has begun are still answered by it. A
blue/green update keeps the old fleet until the end, so its rollback cannot fail; a rolling one
has to start the old instances anew.
"""

from collections.abc import Callable, Mapping

from slipway_local.sagemaker import configs, describing, models
from slipway_local.sagemaker.account import Account, Deployment, Endpoint
from slipway_local.sagemaker.errors import Refusal, in_progress
from slipway_local.sagemaker.fleets import Fleet, Variant, launch, retaining
from slipway_local.sagemaker.rollouts import Rollout, plan
from slipway_local.sagemaker.serving import Health

LASTING = ("InService", "Failed", "OutOfService", "UpdateRollbackFailed")


def advance(account: Account) -> None:
    """Let every endpoint whose time has come take its next step."""
    now = account.clock()
    for endpoint in list(account.moving.values()):
        if now >= endpoint.due or _alarmed(account, endpoint):
            _STEPS[endpoint.status](account, endpoint)


def enter(account: Account, endpoint: Endpoint, status: str, duration: float = 0.0) -> None:
    """Put the endpoint into `status` and say so on the bus."""
    now = account.clock()
    endpoint.status = status
    endpoint.due = now + duration
    endpoint.modified = now
    if status in LASTING:
        account.moving.pop(endpoint.arn, None)
    else:
        account.moving[endpoint.arn] = endpoint
    account.tell(
        "Endpoint", describing.endpoint_detail(endpoint, account.tags[endpoint.arn]), endpoint.arn
    )


def create(account: Account, endpoint: Endpoint, fleet: Fleet) -> None:
    """Bring the endpoint's first fleet up."""
    endpoint.pending = Deployment(fleet, account.clock(), plan({}, fleet.size()))
    enter(account, endpoint, "Creating", account.durations.creating)
    _tell_stage(account, endpoint)


def update(account: Account, endpoint: Endpoint, fleet: Fleet, rollout: Rollout) -> None:
    """Bring `fleet` up behind the endpoint and move the traffic over when it is healthy."""
    endpoint.failure = None
    endpoint.pending = Deployment(fleet, account.clock(), rollout)
    enter(account, endpoint, "Updating", account.durations.updating)
    _tell_stage(account, endpoint)


def rescale(account: Account, endpoint: Endpoint) -> None:
    """Bring the weights and counts into force that its variants desire."""
    endpoint.failure = None
    enter(account, endpoint, "Updating", account.durations.rescaling)


def maintain(account: Account, endpoint: Endpoint, duration: float) -> None:
    """Raises Refusal unless the endpoint is InService."""
    if endpoint.status != "InService":
        raise in_progress(endpoint.arn)
    enter(account, endpoint, "SystemUpdating", duration)


def shown_failure(account: Account, endpoint: Endpoint) -> str | None:
    """Why the last change failed, as long as SageMaker still says so."""
    if endpoint.status in ("InService", "SystemUpdating"):
        kept = account.clock() < endpoint.failed + account.durations.reason_kept
        return endpoint.failure if kept else None
    return endpoint.failure


def _deploy(account: Account, endpoint: Endpoint) -> None:
    pending = endpoint.pending
    if pending is None:
        _settle(account, endpoint)
        return
    reason = _trouble(account, endpoint, pending)
    if reason:
        _fail(account, endpoint, pending, reason)
    elif pending.fleet.unwell() is None:
        _shift(account, endpoint, pending)


def _shift(account: Account, endpoint: Endpoint, pending: Deployment) -> None:
    """Take the rollout's next steps, up to one that bakes."""
    for step in pending.rollout.steps[pending.taken :]:
        pending.taken += 1
        pending.share = step.traffic
        pending.stage, pending.message = describing.stage(pending.fleet, step)
        _tell_stage(account, endpoint)
        if step.bake:
            endpoint.due = account.clock() + step.bake * account.durations.second
            return
    _finish(account, endpoint, pending)


def _finish(account: Account, endpoint: Endpoint, pending: Deployment) -> None:
    old = (endpoint.fleet, endpoint.mixed)
    endpoint.fleet, endpoint.mixed, endpoint.pending = pending.fleet, None, None
    endpoint.config_name = pending.fleet.config_name
    endpoint.failure = None
    account.captures.close(endpoint.name)
    for fleet in old:
        if fleet is not None:
            fleet.retire()
    enter(account, endpoint, "InService")


def _fail(account: Account, endpoint: Endpoint, pending: Deployment, reason: str) -> None:
    endpoint.failure = reason
    endpoint.failed = account.clock()
    if endpoint.fleet is None:
        endpoint.pending = None
        pending.fleet.retire()
        enter(account, endpoint, "Failed")
        return
    if pending.rollout.rolling and pending.share:
        pending.restored = _restore(account, endpoint.fleet)
    else:
        pending.share = 0.0
        pending.fleet.retire()
    enter(account, endpoint, "RollingBack", account.durations.rolling_back)


def _restore(account: Account, old: Fleet) -> Fleet | None:
    """Start the old configuration's instances anew; None when it or its model is gone."""
    if _vanished(account, old):
        return None
    programs = [variant.program for variant in old.members()]
    config = retaining(old, old.config)
    return launch(old.config_name, config, programs, account.launcher, account.clock())


def _roll_back(account: Account, endpoint: Endpoint) -> None:
    pending = endpoint.pending
    if pending is None or not pending.share:
        _rolled_back(account, endpoint)
        return
    restored = pending.restored
    health = restored.health() if restored else Health.FAILED
    if health is Health.FAILED:
        _stay_mixed(account, endpoint, pending)
    elif health is Health.READY:
        replaced, endpoint.fleet = endpoint.fleet, restored
        pending.fleet.retire()
        if replaced is not None:
            replaced.retire()
        _rolled_back(account, endpoint)


def _rolled_back(account: Account, endpoint: Endpoint) -> None:
    endpoint.pending = None
    endpoint.failed = account.clock()
    # What was a mix before the update is one again.
    enter(account, endpoint, "UpdateRollbackFailed" if endpoint.mixed else "InService")


def _stay_mixed(account: Account, endpoint: Endpoint, pending: Deployment) -> None:
    if pending.restored is not None:
        pending.restored.retire()
    if endpoint.mixed is not None:
        endpoint.mixed.retire()
    endpoint.mixed, endpoint.mixed_share = pending.fleet, pending.share
    endpoint.pending = None
    enter(account, endpoint, "UpdateRollbackFailed")


def _settle(account: Account, endpoint: Endpoint) -> None:
    """New weights and capacities are in force."""
    if endpoint.fleet is not None:
        for variant in endpoint.fleet.members():
            variant.settle()
    enter(account, endpoint, "InService")


def _recover(account: Account, endpoint: Endpoint) -> None:
    """Maintenance lasts until the containers run; one that cannot start is for requests to see."""
    if endpoint.fleet is None or endpoint.fleet.health() is not Health.STARTING:
        enter(account, endpoint, "InService")


def _delete(account: Account, endpoint: Endpoint) -> None:
    for fleet in endpoint.fleets():
        fleet.retire()
    account.captures.close(endpoint.name)
    del account.endpoints[endpoint.arn]
    del account.moving[endpoint.arn]
    del account.tags[endpoint.arn]


def _trouble(account: Account, endpoint: Endpoint, pending: Deployment) -> str | None:
    """Why the deployment cannot go on."""
    return (
        _vanished(account, pending.fleet)
        or _unhealthy(account, pending)
        or _alarmed(account, endpoint)
        or _overdue(account, pending)
    )


def _vanished(account: Account, fleet: Fleet) -> str | None:
    """A configuration or model that was deleted while it was being deployed."""
    try:
        configs.find(account, fleet.config_name)
        for variant in fleet.members():
            models.find(account, variant.program.model_name)
    except Refusal as refusal:
        return refusal.message
    return None


def _unhealthy(account: Account, pending: Deployment) -> str | None:
    variant = pending.fleet.unwell()
    if variant is None:
        return None
    allowed = variant.config.get(
        "ContainerStartupHealthCheckTimeoutInSeconds", account.durations.health_check
    )
    late = account.clock() >= pending.started + allowed
    return _ping_failed(variant) if late or variant.health() is Health.FAILED else None


def _alarmed(account: Account, endpoint: Endpoint) -> str | None:
    """Alarms count while the new fleet has traffic."""
    pending = endpoint.pending
    if endpoint.status != "Updating" or pending is None or not pending.share:
        return None
    ringing = [name for name in pending.rollout.alarms if account.in_alarm(name)]
    return f"Alarms in ALARM state: {', '.join(ringing)}." if ringing else None


def _overdue(account: Account, pending: Deployment) -> str | None:
    if account.clock() < pending.started + pending.rollout.timeout * account.durations.second:
        return None
    return f"The deployment did not finish within {pending.rollout.timeout} seconds."


def _ping_failed(variant: Variant) -> str:
    """AWS says no more than the first two sentences; here the log's last word is at hand."""
    label, said = variant.ailing()
    subject = "primary container" if label == "primary" else label
    return (
        f"The {subject} for production variant {variant.name} did not pass the ping health check. "
        "Please check CloudWatch logs for this endpoint."
    ) + (f" The container said: {said}" if said else "")


def _tell_stage(account: Account, endpoint: Endpoint) -> None:
    detail = describing.deployment_detail(endpoint, account.tags[endpoint.arn])
    account.tell("Endpoint Deployment", detail, endpoint.arn)


_STEPS: Mapping[str, Callable[[Account, Endpoint], None]] = {
    "Creating": _deploy,
    "Updating": _deploy,
    "RollingBack": _roll_back,
    "SystemUpdating": _recover,
    "Deleting": _delete,
}
