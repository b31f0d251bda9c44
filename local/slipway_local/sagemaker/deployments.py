"""How an endpoint moves from status to status. Nothing here waits: `advance` is called often.

    Creating ──ready──► InService ──UpdateEndpoint──► Updating ──ready──► InService (new)
        │                                                │
      failed                                           failed
        ▼                                                ▼
      Failed                                        RollingBack ─────► InService (old)

While Updating the old fleet serves. When the new fleet is healthy the traffic switches in one
go; requests that the old fleet has begun are still answered by it.
"""

from collections.abc import Callable, Mapping

from slipway_local.sagemaker import configs, describing, models
from slipway_local.sagemaker.account import Account, Deployment, Endpoint
from slipway_local.sagemaker.errors import Refusal
from slipway_local.sagemaker.fleets import Fleet, Variant
from slipway_local.sagemaker.serving import Health

LASTING = ("InService", "Failed", "OutOfService", "UpdateRollbackFailed")


def advance(account: Account) -> None:
    """Let every endpoint whose time has come take its next step."""
    now = account.clock()
    for endpoint in list(account.moving.values()):
        if now >= endpoint.due:
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


def begin(account: Account, endpoint: Endpoint, fleet: Fleet, status: str, duration: float) -> None:
    """Bring `fleet` up behind the endpoint; it serves when it is healthy."""
    endpoint.pending = Deployment(fleet, account.clock())
    enter(account, endpoint, status, duration)
    _tell_stage(account, endpoint)


def shown_failure(account: Account, endpoint: Endpoint) -> str | None:
    """Why the last change failed, as long as SageMaker still says so."""
    if endpoint.status == "InService":
        kept = account.clock() < endpoint.failed + account.durations.reason_kept
        return endpoint.failure if kept else None
    return endpoint.failure


def _deploy(account: Account, endpoint: Endpoint) -> None:
    pending = endpoint.pending
    if pending is None:
        _settle(account, endpoint)
        return
    reason = _vanished(account, pending.fleet) or _unhealthy(account, pending)
    if reason:
        _fail(account, endpoint, reason)
    elif pending.fleet.unwell() is None:
        _switch(account, endpoint, pending)


def _switch(account: Account, endpoint: Endpoint, pending: Deployment) -> None:
    pending.stage = "ActivatingTraffic"
    _tell_stage(account, endpoint)
    old, endpoint.fleet = endpoint.fleet, pending.fleet
    endpoint.config_name = pending.fleet.config_name
    endpoint.pending = None
    endpoint.failure = None
    if old is not None:
        old.retire()
    enter(account, endpoint, "InService")


def _fail(account: Account, endpoint: Endpoint, reason: str) -> None:
    if endpoint.pending is not None:
        endpoint.pending.fleet.retire()
    endpoint.failure = reason
    endpoint.failed = account.clock()
    if endpoint.fleet is None:
        endpoint.pending = None
        enter(account, endpoint, "Failed")
        return
    enter(account, endpoint, "RollingBack", account.durations.rolling_back)


def _roll_back(account: Account, endpoint: Endpoint) -> None:
    """The old fleet never stopped serving, so there is nothing to bring back."""
    endpoint.pending = None
    endpoint.failed = account.clock()
    enter(account, endpoint, "InService")


def _settle(account: Account, endpoint: Endpoint) -> None:
    """New weights and capacities are in force."""
    if endpoint.fleet is not None:
        for variant in endpoint.fleet.variants:
            variant.settle()
    enter(account, endpoint, "InService")


def _recover(account: Account, endpoint: Endpoint) -> None:
    enter(account, endpoint, "InService")


def _delete(account: Account, endpoint: Endpoint) -> None:
    for fleet in endpoint.fleets():
        fleet.retire()
    del account.endpoints[endpoint.arn]
    del account.moving[endpoint.arn]
    del account.tags[endpoint.arn]


def _vanished(account: Account, fleet: Fleet) -> str | None:
    """A configuration or model that was deleted while it was being deployed."""
    try:
        configs.find(account, fleet.config_name)
        for variant in fleet.variants:
            models.find(account, variant.program.model_name)
    except Refusal as refusal:
        return refusal.message
    return None


def _unhealthy(account: Account, pending: Deployment) -> str | None:
    variant = pending.fleet.unwell()
    if variant is None:
        return None
    if variant.health() is Health.FAILED:
        return _ping_failed(variant)
    allowed = variant.config.get(
        "ContainerStartupHealthCheckTimeoutInSeconds", account.durations.health_check
    )
    late = account.clock() >= pending.started + allowed
    return _ping_failed(variant) if late else None


def _ping_failed(variant: Variant) -> str:
    """AWS says no more than this; what the container printed is in its log."""
    return (
        f"The primary container for production variant {variant.name} did not pass the ping "
        "health check. Please check CloudWatch logs for this endpoint."
    )


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
