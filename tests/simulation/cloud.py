"""SageMaker in process, behind the gate: with people who meddle, and a memory for stale reads."""

from collections.abc import Callable
from random import Random
from typing import Any, Protocol

from botocore.exceptions import ReadTimeoutError
from slipway.domain.errors import Throttled
from slipway_local.sagemaker import deployments
from slipway_local.sagemaker.account import Durations
from slipway_local.sagemaker.errors import Refusal, invalid, not_found
from slipway_local.sagemaker.events import Event
from slipway_local.sagemaker.service import SageMaker
from slipway_local.sagemaker.serving import Launcher

from tests.simulation.fakes import MemoryBucket
from tests.simulation.faults import Gate
from tests.simulation.scheduler import Scheduler

Params = dict[str, Any]

STALE_SECONDS = 5.0  # less than any change of an endpoint takes
ANSWER_SECONDS = 30.0  # how long a request waits in line
STALE = ("DescribeEndpoint", "DescribeModelPackage")
PERSON = "a person"
MUTATIONS = ("CreateEndpoint", "UpdateEndpoint", "DeleteEndpoint")
INTERNAL = "Request to service failed. If failure persists after retry, contact customer support."
ALARMED = "Alarms in ALARM state: errors."


class Witness(Protocol):
    """Who watches what is done to endpoints."""

    def asks(self, actor: str, operation: str) -> None:
        """A call is about to be made."""
        ...

    def changed(self, actor: str, operation: str, params: Params) -> None:
        """The service took the call."""
        ...

    def discarded(self, config: str) -> None:
        """A config is about to be deleted."""
        ...

    def meddle(self) -> None:
        """Somebody else changes an endpoint."""
        ...

    def sees(self, found: Params | None) -> None:
        """The endpoint's status changed."""
        ...


class Cloud:
    """The service with faults. `call` is what the functions' clients reach."""

    def __init__(
        self,
        launcher: Launcher,
        scheduler: Scheduler,
        gate: Gate,
        durations: Durations,
        emit: Callable[[Event], None],
        in_alarm: Callable[[str], bool],
        seed: int,
        bucket: MemoryBucket,
    ) -> None:
        self.witness: Witness | None = None
        self.worked = 0.0  # seconds that models took
        self.scaled_out = 0
        self._scheduler = scheduler
        self._gate = gate
        self._chance = Random(seed)  # noqa: S311  a seeded history, no secret
        self._seen: dict[str, list[tuple[float, float, Params | None]]] = {}
        self._tick_at = 0.0
        self.service = SageMaker(
            launcher,
            clock=scheduler.clock,
            random=Random(seed),  # noqa: S311
            emit=emit,
            durations=durations,
            put_object=bucket.answer,
            read_object=bucket.asked,
            background=lambda work: scheduler.after(ANSWER_SECONDS, work),
            in_alarm=in_alarm,
            region="eu-west-1",
        )

    def call(self, operation: str, params: Params) -> Params:
        """One API call of a function. Raises Refusal, ReadTimeoutError or Killed."""
        label = f"sagemaker.{operation}"
        try:
            answer: Params = self._gate.call(
                label,
                lambda: self._run(operation, params),
                lost=_lost,
                again=operation != "UpdateEndpoint",  # the adapter's client for it does not
            )
        except Throttled as throttled:
            raise Refusal("ThrottlingException", str(throttled)) from throttled
        return answer

    def person(self, operation: str, **params: Any) -> bool:  # noqa: ANN401  API parameters
        """Somebody does this by hand; whether the service let them."""
        try:
            self._apply(PERSON, operation, params)
        except Refusal:
            return False
        return True

    def look(self) -> None:
        """Let SageMaker look at its alarms."""
        self._tick()

    def patch(self, name: str, seconds: float) -> None:
        """Begin a SystemUpdating window, if the endpoint is InService."""
        try:
            self.service.start_maintenance(name, seconds)
        except Refusal:
            return
        if self.witness:
            self.witness.meddle()
        self._look_around()

    def undo(self, name: str, how: str) -> None:
        """End an update under way: `silent`, `alarm`, `internal`, or `mixed` for a rollback that
        fails as well."""
        account = self.service.account
        endpoint = account.endpoints.get(account.arn("endpoint", name))
        if endpoint is None or endpoint.pending is None or endpoint.status != "Updating":
            return
        reason = {"internal": INTERNAL, "alarm": ALARMED}.get(how, "")
        if how == "mixed":
            endpoint.pending.share = 0.5
            endpoint.failure = "The rollback failed."
            deployments._stay_mixed(account, endpoint, endpoint.pending)
        else:
            deployments._fail(account, endpoint, endpoint.pending, reason)
        self.service.tick()
        self._look_around()

    def truth(self, name: str) -> Params | None:
        """The endpoint as it is, for those who check."""
        try:
            return self.service.call("DescribeEndpoint", {"EndpointName": name})
        except Refusal:
            return None

    def _run(self, operation: str, params: Params) -> Params:
        if operation in STALE and self._gate.strikes(self._gate.faults.stale):
            return self._remembered(operation, params)
        invocation = self._gate.current
        answer = self._apply(invocation.actor if invocation else "", operation, params)
        if operation == "UpdateEndpoint" and self._gate.strikes(self._gate.faults.undo):
            how = self._chance.choice(("silent", "alarm", "internal", "internal", "mixed"))
            seconds = self._chance.uniform(1.0, self.service.account.durations.updating)
            self._scheduler.after(seconds, lambda: self.undo(params["EndpointName"], how))
        return answer

    def _apply(self, actor: str, operation: str, params: Params) -> Params:
        mutates = self.witness if operation in MUTATIONS else None
        if mutates:
            mutates.asks(actor, operation)
        if self.witness and operation == "DeleteEndpointConfig" and actor != PERSON:
            self.witness.discarded(params["EndpointConfigName"])
        self.scaled_out += actor != PERSON and self._grows(operation, params)
        answer = self.service.call(operation, params)
        if mutates:
            mutates.changed(actor, operation, params)
        self._look_around()
        return answer

    def _grows(self, operation: str, params: Params) -> bool:
        """Whether a call asks for more instances than there are."""
        if operation != "UpdateEndpointWeightsAndCapacities":
            return False
        live = self.truth(params["EndpointName"]) or {"ProductionVariants": []}
        there = {
            v["VariantName"]: v.get("DesiredInstanceCount", 0) for v in live["ProductionVariants"]
        }
        return any(
            each.get("DesiredInstanceCount", 0) > there.get(each["VariantName"], 0)
            for each in params["DesiredWeightsAndCapacities"]
        )

    def _remembered(self, operation: str, params: Params) -> Params:
        """What the service would have answered some seconds ago."""
        self._look_around()
        then = self._scheduler.now - self._chance.uniform(0, STALE_SECONDS)
        name = params.get("EndpointName") or params["ModelPackageName"]
        states = [found for time, _, found in self._seen.get(name, ()) if time <= then]
        found = states[-1] if states else None
        if found is not None:
            return found
        if operation == "DescribeModelPackage":
            raise invalid(f"ModelPackage {name} does not exist.")
        raise not_found("endpoint", self.service.account.arn("endpoint", name))

    def _look_around(self) -> None:
        """Remember whatever changed, and tick when the next status is due to end."""
        account = self.service.account
        modified = {endpoint.name: endpoint.modified for endpoint in account.endpoints.values()}
        for arn, package in account.packages.items():
            modified[arn] = package.modified or package.created
        for name in {*modified, *self._seen}:
            states = self._seen.setdefault(name, [])
            if not states or states[-1][1] != modified.get(name, 0.0):
                found = self._describe(name)
                states.append((self._scheduler.now, modified.get(name, 0.0), found))
                if self.witness and ":" not in name:
                    self.witness.sees(found)
        self._plan_tick()

    def _describe(self, name: str) -> Params | None:
        if ":" not in name:
            return self.truth(name)
        try:
            return self.service.call("DescribeModelPackage", {"ModelPackageName": name})
        except Refusal:
            return None

    def _plan_tick(self) -> None:
        due = self.service.next_due()
        if due is not None and not self._scheduler.now < self._tick_at <= due:
            self._tick_at = due
            self._scheduler.at(due, self._tick)

    def _tick(self) -> None:
        self.service.tick()
        self._look_around()


def _lost() -> Exception:
    return ReadTimeoutError(endpoint_url="https://sagemaker")
