"""Everything around the core in one history: services, events, schedules, and the functions."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from random import Random
from typing import Any, cast

from slipway.adapters.application_autoscaling import ApplicationAutoscaling
from slipway.adapters.sagemaker_endpoints import SageMakerEndpoints
from slipway.adapters.sagemaker_registry import SageMakerRegistry
from slipway.domain.batch import NO_RUNS
from slipway.domain.desired import Approval, Artifact, Policy, Runner
from slipway.domain.errors import LeaseLost, SlipwayError, Unanswered
from slipway.domain.naming import Site, deployment_of_resource, endpoint_name
from slipway.domain.record import Record
from slipway.domain.remedy import Kind, Outcome
from slipway.domain.task import NO_TASKS
from slipway.manifest import parse
from slipway.nudging import nudge, sweep
from slipway.ports import Ports
from slipway_local.sagemaker.events import Event
from slipway_local.sagemaker.scripted import Answer, Script, ScriptedLauncher
from slipway_local.sagemaker.serving import Container, Invocation, Reply

from tests.simulation.batches import MemoryBatches, MemoryTimers, MemoryTransforms
from tests.simulation.cloud import STALE_SECONDS, Cloud
from tests.simulation.contents import (
    FAILING,
    MUTE,
    SCRIPTS,
    SLOW,
    SLOW_SECONDS,
    disqualified,
    kind_of,
)
from tests.simulation.fakes import (
    MemoryAlarms,
    MemoryAnnouncements,
    MemoryBucket,
    MemoryBus,
    MemoryChecks,
    MemoryExecutions,
    MemoryLedger,
    MemoryLogs,
    MemoryMeasurements,
    MemoryMonitored,
    MemorySchedules,
    MemoryStarts,
    MemoryTraffic,
)
from tests.simulation.faults import Crash, Faults, Gate, Gated
from tests.simulation.functions import FUNCTIONS, deploy_endpoint, inspect_artifact, told
from tests.simulation.machine import Execution, Function, Killed, Machine
from tests.simulation.scheduler import Happening, Scheduler
from tests.simulation.sessions import Call, DirectSession, Session
from tests.simulation.stories import Story
from tests.simulation.tasks import MemoryFargate
from tests.simulation.witness import Invariants

GRAPH = Path(__file__).parents[2] / "statemachines" / "release.asl.json"
SITE = Site("slipway", "bucket", "eu-west-1", "arn:aws:iam::111122223333:role/serve")
DEPLOYMENT = "housing"
ENDPOINT = endpoint_name(SITE, DEPLOYMENT)
SWEEP_SECONDS = 900.0
DELIVERIES = 5
REDELIVERY_SECONDS = 30.0
JOB_SECONDS = 240.0
UNTOLD = ("stop", "discard", "unwatch", "lose")  # what people do without an event that tells it

Json = Any


class World:
    """One deployment, its cloud, and the functions between them."""

    def __init__(
        self,
        story: Story,
        seed: int,
        crash: Crash | None = None,
        session: Callable[[Call], Session] = DirectSession,
    ) -> None:
        self.story = story
        unheard = any(act.what in UNTOLD for act in story.acts)
        self.is_faultless = story.faults == Faults() and crash is None and not unheard
        self.chance = Random(seed)  # noqa: S311  a seeded history, no secret
        self.lines: list[str] | None = None
        self.causes: list[str] = []
        self.violations: list[str] = []
        self.unread: set[str] = set()
        self.asked_by_remedy = 0
        self._in_flight = 0
        self._hurries = False
        self.scheduler = Scheduler()
        self.gate = Gate(
            self.scheduler,
            Random(seed + 1),  # noqa: S311
            story.faults,
            lambda actor: self.machine.stop(actor),
            self.say,
            crash,
        )
        self.bucket = MemoryBucket(SITE.bucket, self.scheduler)
        self.monitored = MemoryMonitored(self.bucket)
        self.ledger = _WatchedLedger(self._wrote)
        self.announcements = MemoryAnnouncements(
            self.ledger, lambda told: self.invariants.hears(told)
        )
        self.schedules, self.alarms = MemorySchedules(), MemoryAlarms(self.scheduler.clock)
        self.starts, self.logs = MemoryStarts(), MemoryLogs()
        self.batches, self.timers = MemoryBatches(self.bucket), MemoryTimers()
        self.transforms = MemoryTransforms(self.batches, self._begun)
        self.fargate = MemoryFargate(self._started)
        self.machine = Machine(_graph(), self._functions(), self.scheduler, self.chance, self.wrong)
        launcher = ScriptedLauncher(self.scheduler.clock, _Scripts(self.bucket, self._work))
        self.cloud = Cloud(
            launcher,
            self.scheduler,
            self.gate,
            story.durations,
            self._emitted,
            self.alarms.rings,
            seed,
            self.bucket,
        )
        self.invariants = Invariants(
            self.cloud.service.account,
            self.bucket,
            self.scheduler,
            self.record,
            self.wrong,
            self.alarms,
        )
        self.cloud.witness = self.invariants
        self.ports = self._ports(session(self.cloud.call))

    def _work(self, container: Container, invocation: Invocation) -> Reply:
        """A model takes its time."""
        self.cloud.worked += SLOW_SECONDS
        return SCRIPTS[SLOW].answer(container, invocation)

    def _begun(self, job: str) -> None:
        """A transform job takes its time, and its end is told."""
        content = self.invariants.of_model(self.transforms.made[job].model)
        if disqualified(content) or kind_of(content) == MUTE:
            self.transforms.broken.add(self.transforms.made[job].model)

        def end() -> None:
            self.transforms.finish(job)
            self.deliver(f"transform job {job} is {self.transforms.over[job].status}")

        self.scheduler.after(JOB_SECONDS, end)

    def _started(self, task: str) -> None:
        """A task takes its time, and its end is told."""

        def end() -> None:
            self.fargate.finish(task)
            self.deliver(f"task {task} is STOPPED")

        self.scheduler.after(JOB_SECONDS, end)

    def record(self) -> Record:
        return self.ledger.load(DEPLOYMENT)

    def say(self, what: str) -> None:
        """Add a line to the time line, if somebody wants one."""
        if self.lines is not None:
            self.lines.append(f"{self.scheduler.elapsed:10.2f}  {what}")

    def wrong(self, what: str) -> None:
        """Something must never happen, and did."""
        self.say(f"VIOLATION {what}")
        self.violations.append(f"{self.scheduler.elapsed:.2f}: {what}")

    def at_once(self, happening: Happening) -> None:
        """Let it happen, and whoever it concerns hear of it, before anything else does."""
        self._hurries = True
        happening()
        self.scheduler.run_until(self.scheduler.now)
        self._hurries = False

    def deliver(self, cause: str, arrived: Artifact | None = None) -> None:
        """An event is on its way, as EventBridge and SQS carry it: maybe."""
        faults = self.gate.faults
        self.causes.append(cause)
        if self.gate.strikes(faults.drop):
            self.say(f"! event lost: {cause}")
            return
        for _ in range(2 if self.gate.strikes(faults.repeat) else 1):
            latest = 120.0 if self.gate.strikes(faults.delay) else self.chance.choice((0.1, 1.0))
            seconds = 0.0 if self._hurries else self.chance.uniform(0.02, latest)
            self._in_flight += 1
            self.scheduler.after(seconds, partial(self._notify, cause, arrived, DELIVERIES))

    def sweep(self) -> None:
        heard, rests = len(self.causes), self._rests()
        found = self._invoke("sweep", lambda: sweep(self.ports))
        # While it looked, an endpoint may have gone, which no event tells.
        stays = self.cloud.truth(ENDPOINT) is not None
        if found and rests and stays and heard == len(self.causes) and self.is_faultless:
            self.wrong(f"nothing went wrong, but the sweep found {found}")

    def _rests(self) -> bool:
        # No event tells when an endpoint is gone: a release that waits for that looks now and then.
        # Nor does one tell that the account can do now what it could not.
        # And what an alarm owes after a while, time alone tells.
        record = self.record()
        unheard = self.cloud.truth(ENDPOINT) is None or record.troubles or record.remedied
        return self._in_flight == 0 and not self.machine.is_at_work() and not unheard

    def sweep_until(self, end: float) -> None:
        """Sweep every 15 minutes up to `end`."""

        def again() -> None:
            self.sweep()
            if self.scheduler.now + SWEEP_SECONDS <= end:
                self.scheduler.after(SWEEP_SECONDS, again)

        self.scheduler.after(SWEEP_SECONDS, again)

    def _notify(self, cause: str, arrived: Artifact | None, deliveries: int) -> None:
        done = self._invoke("receive_event", lambda: nudge(self.ports, DEPLOYMENT, cause, arrived))
        self.say(f"event: {cause}: {done or 'failed'}")
        if done is None and deliveries > 1:
            again = partial(self._notify, cause, arrived, deliveries - 1)
            self.scheduler.after(REDELIVERY_SECONDS, again)
        else:
            self._in_flight -= 1

    def _invoke(self, function: str, run: Callable[[], object]) -> object | None:
        try:
            done: object = self.gate.invoke(function, run)
        except (Killed, Exception) as error:  # noqa: BLE001  what is not foreseen is told there
            self._failed(function, error)
            return None
        return done

    def _emitted(self, event: Event) -> None:
        detail = event["Detail"]
        name = detail.get("EndpointName") or detail.get("ModelPackageGroupName") or ""
        status = detail.get("EndpointStatus") or detail.get("ModelApprovalStatus")
        if deployment_of_resource(SITE, name):
            if status == "IN_SERVICE":  # its containers print
                self.logs.kept.add(name)
            self.say(f"{name} is {status}")
            self.deliver(f"{name} is {status}")

    def _functions(self) -> Mapping[str, Function]:
        return {arn: partial(self._function, run.__name__, run) for arn, run in FUNCTIONS.items()}

    def _function(
        self, name: str, run: Callable[[Ports, Json], Json], execution: Execution, document: Json
    ) -> Json:
        if run is inspect_artifact:
            self.unread.add(execution.id)
        meddled = self.invariants.meddled
        try:
            result = self.gate.invoke(execution.id, lambda: run(self.ports, document))
        except (Killed, Exception) as error:
            self._failed(f"{execution.id} {name}", error)
            # Also when the ledger could not be told that the call was declined.
            if run is deploy_endpoint and (
                isinstance(error, Killed | Unanswered) or "ledger." in str(error)
            ):
                self.invariants.doubt(meddled)
            raise
        self.unread.discard(execution.id)
        self.say(f"{execution.id} {name}: {told(result)}")
        return result

    def _failed(self, who: str, error: BaseException) -> None:
        """A function ended badly, which must be in one of the ways foreseen."""
        self.say(f"{who}: {type(error).__name__}: {error}")
        if isinstance(error, Exception) and not _is_foreseen(error):
            self.wrong(f"{who} raised {error!r}")
        if isinstance(error, LeaseLost) and self.is_faultless:
            self.wrong(f"{who} lost its lease, though nothing went wrong")

    def _wrote(self, before: Record, after: Record) -> None:
        """A release writes under its own lease, or to take it; never under another's."""
        actor = self.gate.current.actor if self.gate.current else ""
        if actor.startswith("ask-"):  # what a person says of a rollout, or a run, is one, too
            asked = {"progress": None, "runs": NO_RUNS, "tasks": NO_TASKS}
            before, after = (replace(record, **asked) for record in (before, after))
        if _without_hints(before) == _without_hints(after):
            return  # anybody may give one
        if _goes_back(after) > _goes_back(before):
            self.asked_by_remedy += 1
            self.invariants.asked_back()
        leases = [record.lease for record in (before, after) if record.lease]
        if actor in self.machine.executions and actor not in [lease.owner for lease in leases]:
            self.wrong(f"{actor} writes to the ledger, where the lease is {before.lease}")

    def _traffic(self, variant: str) -> tuple[float, float]:
        """The share of what the endpoint is asked that a variant has now, and what of it fails."""
        live = self.cloud.truth(ENDPOINT)
        if live is None:
            return 0.0, 0.0
        variants = live.get("ProductionVariants", [])
        weights = {each["VariantName"]: each["CurrentWeight"] for each in variants}
        served = self.invariants.variants(live["EndpointConfigName"])
        kind = kind_of(served.get(variant, b"none"))
        return weights.get(variant, 0.0) / sum(weights.values()), FAILING.get(kind, 0.001)

    def _staleness(self) -> float:
        """How many seconds a read lags behind, this time."""
        return self.chance.uniform(0, STALE_SECONDS) if self._may_be_stale() else 0.0

    def _may_be_stale(self) -> bool:
        return self.gate.current is not None and self.gate.strikes(self.gate.faults.stale)

    def _ports(self, session: Session) -> Ports:
        def gated(port: object, name: str) -> Any:  # noqa: ANN401  stands in for any port
            return Gated(port, name, self.gate)

        aws = cast("Any", session)
        return Ports(
            site=SITE,
            ledger=gated(self.ledger, "ledger"),
            uploaded=gated(self.bucket, "uploaded"),
            registry=SageMakerRegistry(aws),
            endpoints=SageMakerEndpoints(aws, lambda: self.cloud.worked),
            executions=gated(MemoryExecutions(self.machine, self._staleness), "executions"),
            announcements=gated(self.announcements, "announcements"),
            schedules={Runner.LAMBDA: gated(self.schedules, "schedules")},
            alarms=gated(self.alarms, "alarms"),
            scalings=ApplicationAutoscaling(aws),
            checks=MemoryChecks(),
            monitored=gated(self.monitored, "monitored"),
            measurements=MemoryMeasurements(),
            traffic=gated(MemoryTraffic(self._traffic), "traffic"),
            bus=MemoryBus(),
            starts=gated(self.starts, "starts"),
            batches=gated(self.batches, "batches"),
            transforms=gated(self.transforms, "transforms"),
            timers=gated(self.timers, "timers"),
            fargate=gated(self.fargate, "fargate"),
            logs=gated(self.logs, "logs"),
            parse_manifest=_parse,
            default_policy=Policy(),
            clock=self.scheduler.clock,
        )


class _WatchedLedger(MemoryLedger):
    """Tells what is written over what."""

    def __init__(self, wrote: Callable[[Record, Record], None]) -> None:
        super().__init__()
        self._wrote = wrote

    def save(self, record: Record) -> Record:
        before, saved = self.load(record.deployment), super().save(record)
        self._wrote(before, saved)
        return saved


class _Scripts(dict[str, Script]):
    """How the container behaves that loads a pinned artifact."""

    def __init__(self, bucket: MemoryBucket, slowly: Answer) -> None:
        super().__init__()
        self._bucket = bucket
        self._slowly = slowly

    def get(self, url: str, default: Script | None = None) -> Script | None:  # type: ignore[override]
        key = url.removeprefix(f"s3://{SITE.bucket}/")
        content = self._bucket.pinned.get(key)
        if content is None:
            lost = key in self._bucket.ever_pinned
            return Script(failure="could not download the model data") if lost else default
        kind = kind_of(content)
        return Script(answer=self._slowly) if kind == SLOW else SCRIPTS[kind]


def _goes_back(record: Record) -> int:
    """How often a remedy has asked for an earlier release."""
    done = (e for e in record.remedied if e.cure.kind == Kind.ROLLBACK)
    return sum(entry.outcome not in (Outcome.UNTAKEN, Outcome.FAILED) for entry in done)


def _without_hints(record: Record) -> Record:
    return replace(record, version=0, hints=0, arrived=(), asked=None)


def _is_foreseen(error: Exception) -> bool:
    if isinstance(error, ExceptionGroup):
        return all(map(_is_foreseen, error.exceptions))
    return isinstance(error, SlipwayError)


@cache
def _graph() -> Mapping[str, Any]:
    graph: Mapping[str, Any] = json.loads(GRAPH.read_text())
    return graph


@cache
def _parse(manifest: bytes) -> Policy:
    return parse(manifest, Approval.AUTOMATIC)
