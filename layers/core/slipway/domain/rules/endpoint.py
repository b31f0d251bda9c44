"""What an endpoint owes: to come to rest, to serve an approved version, and to have proven it."""

from slipway.domain.attempts import NO_REASON
from slipway.domain.desired import OnChange, Runner
from slipway.domain.rules import guards, rest, rollout
from slipway.domain.rules.case import Case, Rule
from slipway.domain.rules.retreat import await_somebody, hold, may_repeat, may_try, retreat
from slipway.domain.rules.traffic import is_as, shares
from slipway.domain.steps import (
    AwaitChange,
    Change,
    DeployEndpoint,
    ProbeEndpoint,
    Step,
    WatchEndpoint,
)
from slipway.domain.watch import Schedule
from slipway.domain.world import EndpointStatus, Kind, PackageApproval

HOST_SECONDS = 60
# What an update cannot make of an endpoint. Sources: "Update a serverless endpoint"; UpdateEndpoint
# says that AsyncInferenceConfig cannot be removed; "Asynchronous inference".
NOT_SERVERLESS = "SageMaker makes no serverless endpoint of it"
NOT_IN_LINE = "once it is asynchronous it refuses every client that waits for its reply"
STAYS_IN_LINE = "SageMaker lets no endpoint be anything else again"
NO_WAY = {
    (Kind.REAL_TIME, Kind.SERVERLESS): NOT_SERVERLESS,
    (Kind.REAL_TIME, Kind.ASYNCHRONOUS): NOT_IN_LINE,
    (Kind.SERVERLESS, Kind.ASYNCHRONOUS): NOT_IN_LINE,
    (Kind.ASYNCHRONOUS, Kind.REAL_TIME): STAYS_IN_LINE,
    (Kind.ASYNCHRONOUS, Kind.SERVERLESS): STAYS_IN_LINE,
}


def version_is_another_kind(case: Case) -> Step | None:
    # Every client would be told that its requests are wrong, or read the answers wrongly.
    if case.desired.policy.on_change != OnChange.HOLD or not case.changes or case.serves_wanted:
        return None
    remedy = "set on_change: notify in slipway.yaml to release it"
    return hold(case, f"on_change: {case.changes}; {remedy}")


def host_is_not_ready(case: Case) -> Step | None:
    # Nobody tells a model behind an endpoint that this has come up.
    if not case.desired.is_member:
        return None
    host = case.world.host
    if host and host.status == EndpointStatus.IN_SERVICE:
        return None
    status = f"{host.name} is {host.status}" if host else "the endpoint that loads it is not there"
    return AwaitChange(HOST_SECONDS, f"{status} yet" if host is None else status)


def host_runs_it_otherwise(case: Case) -> Step | None:
    # The endpoint would load it, and answer with another image, or another script, than its own.
    if case.world.loader is None or case.plan is None:
        return None
    (container,) = case.plan.models[0].containers
    if container.runs == case.world.loader:
        return None
    image, told = case.world.loader[0], "with another script or other settings"
    how = told if image == container.image else f"by {image}, not {container.image}"
    remedy = "give it a deployment of its own"
    return hold(case, f"its host's models are served {how}: {remedy}")


def version_awaits_approval(case: Case) -> Step | None:
    if case.approval != PackageApproval.PENDING:
        return None
    why = f": {case.waits}" if case.waits else ""
    return await_somebody(
        case, f"the model version waits for a person's approval{case.changed}{why}"
    )


def version_was_rejected(case: Case) -> Step | None:
    if case.approval != PackageApproval.REJECTED:
        return None
    return retreat(case, "the model version was rejected in the registry")


def failed_endpoint_is_watched(case: Case) -> Step | None:
    # An endpoint that a monitoring schedule of SageMaker's is attached to cannot be deleted.
    live = case.endpoint
    if live is None or live.status != EndpointStatus.FAILED:
        return None
    runners = {part.runner for part in case.world.watch if isinstance(part, Schedule)}
    if Runner.SAGEMAKER not in runners:
        return None
    return WatchEndpoint(Change.DELETE, f"{live.name} is Failed, and its schedule keeps it")


def endpoint_failed(case: Case) -> Step | None:
    live = case.endpoint
    if live is None or live.status != EndpointStatus.FAILED:
        return None
    tried = case.tried(live.config)
    if tried and not may_repeat(tried):
        return retreat(case, f"{live.config} could not be created: {tried.refused}")
    return DeployEndpoint(Change.DELETE, case.wanted, f"{live.name} is Failed: {live.failure}")


def probes_failed(case: Case) -> Step | None:
    # That it was released once proves nothing: it may have been without probes, or with others.
    probed = case.failure
    if probed is None:
        return None
    return retreat(case, f"probe failed: {probed.reason}{case.changed}", resorts=case.attempts.good)


def endpoint_is_absent(case: Case) -> Step | None:
    if case.endpoint is not None:
        return None
    tried = case.tried(case.wanted)
    if tried and not may_try(tried, None):
        return retreat(case, f"{case.wanted} could not be deployed: {tried.refused}")
    # A create that is not visible yet is answered "already existing", so asking again is safe.
    return DeployEndpoint(Change.CREATE, case.wanted, "there is no endpoint yet")


def wanted_was_rolled_back(case: Case) -> Step | None:
    # InService is not success: after an automatic rollback the endpoint is InService with the
    # config it had before. A version that went that way is never tried again.
    live, tried = case.endpoint, case.tried(case.wanted)
    if live is None or tried is None or case.serves_wanted or may_try(tried, live):
        return None
    reason = f"{case.wanted} was rolled back: {tried.refused or NO_REASON}"
    if live.status == EndpointStatus.UPDATE_ROLLBACK_FAILED:
        # A mix of old and new serves; only another update ends that.
        return retreat(case, reason)
    return hold(case, reason)


def what_serves_was_not_asked(case: Case) -> Step | None:
    # Afterwards nobody could tell any more how the version before answered. What somebody put
    # there by hand is nothing to compare with.
    live = case.endpoint
    if live is None or not live.serves(live.config) or case.serves_wanted:
        return None
    if case.attempts.release(live.config) is None:
        return None
    if case.probe(live.config) or case.probe(case.wanted):
        return None
    return ProbeEndpoint(live.config, f"{case.name(live.config)} serves, to be compared with")


def endpoint_serves_something_else(case: Case) -> Step | None:
    live = case.endpoint
    if live is None or case.serves_wanted:
        return None
    reason = f"{live.name} is {live.status} with {live.config}, wanted is {case.wanted}"
    return DeployEndpoint(Change.UPDATE, case.wanted, f"{reason}{case.changed}", case.guarded)


def endpoint_cannot_become_that(case: Case) -> Step | None:
    # SageMaker makes instances of a serverless endpoint, and nothing else of any other kind.
    live = case.endpoint
    if live is None or case.plan is None or live.status == EndpointStatus.FAILED:
        return None
    why = NO_WAY.get((live.kind, case.plan.kind))
    if why is None:
        return None
    name = case.desired.deployment
    return hold(
        case,
        f"target: {live.name} is {live.kind}, and {why}; push the model as another deployment and "
        f"let clients move there, or `slipway delete {name}` and push it again",
    )


def wanted_is_unproven(case: Case) -> Step | None:
    # A 200 on /ping does not prove that the model loaded.
    if case.probe(case.wanted):
        return None
    return ProbeEndpoint(case.wanted, f"{case.name(case.wanted)} serves, but has not been probed")


def traffic_is_not_as_wanted(case: Case) -> Step | None:
    # Weights are changed in place, by whoever wants to; a config only says how they began.
    live, wanted = case.endpoint, case.plan.weights if case.plan else {}
    if live is None or not wanted or not case.serves_wanted:
        return None
    if is_as(live.weights, wanted):
        return None
    found = {name: live.weights.get(name, 0.0) for name in wanted}
    reason = f"traffic is {shares(found)}, wanted is {shares(wanted)}"
    return DeployEndpoint(Change.SHIFT, case.wanted, reason, weights=tuple(wanted.items()))


RULES: tuple[Rule, ...] = (
    *rest.RULES,
    host_is_not_ready,
    host_runs_it_otherwise,
    version_is_another_kind,
    version_awaits_approval,
    version_was_rejected,
    failed_endpoint_is_watched,
    endpoint_failed,
    probes_failed,
    rollout.candidate_was_sent_back,
    rollout.stable_version_is_absent,
    endpoint_is_absent,
    wanted_was_rolled_back,
    endpoint_cannot_become_that,
    what_serves_was_not_asked,
    *rollout.RULES,
    *guards.RULES,
    endpoint_serves_something_else,
    wanted_is_unproven,
    traffic_is_not_as_wanted,
)
