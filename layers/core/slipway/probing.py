"""Golden requests, sent to a model before it is called good."""

from typing import Protocol

from slipway.domain.desired import Desired, ProbeRequest
from slipway.domain.expect import unmet
from slipway.domain.plan import Plan
from slipway.domain.world import Inspected, Probed
from slipway.ports import Reply


class Prober(Protocol):
    """The part of ports.Endpoints that probes need."""

    def invoke(self, name: str, request: ProbeRequest) -> Reply: ...


def probe_config(endpoints: Prober, wanted: Plan, desired: Desired, inspected: Inspected) -> Probed:
    """Send every probe to the endpoint; the verdict names the first that failed."""
    requests = desired.policy.probes or _default(inspected)
    for number, request in enumerate(requests, start=1):
        failure = _failure(endpoints, wanted.endpoint, request)
        if failure:
            reason = f"probe {number} of {len(requests)}: {failure}"
            return Probed(desired.generation, wanted.config, passed=False, reason=reason)
    reason = f"{len(requests)} of {len(requests)} probes passed"
    return Probed(desired.generation, wanted.config, passed=True, reason=reason)


def _failure(endpoints: Prober, endpoint: str, request: ProbeRequest) -> str | None:
    reply = endpoints.invoke(endpoint, request)
    return unmet(request.expect, reply.status, reply.body.decode("utf-8", "replace"))


def _default(inspected: Inspected) -> tuple[ProbeRequest, ...]:
    """One row of zeros, where the width is known and the input format is Slipway's or the
    algorithm's own: enough to see that the model was loaded."""
    if inspected.features is None:
        return ()
    return (ProbeRequest(body=",".join(["0"] * inspected.features)),)
