"""The use cases: one function per step of a release.

Every function reads the ledger under its lease, makes at most one change, and may be killed
anywhere and run again. What to do is decided in domain.decide; here it is done.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from slipway.domain import naming
from slipway.domain.attempts import Attempts, Good
from slipway.domain.desired import Desired
from slipway.domain.errors import AccountFault, LookAgain, Refused, Retryable, Unanswered
from slipway.domain.plan.endpoint import CANDIDATE, Plan
from slipway.domain.plan.model import Model
from slipway.domain.probed import Probed
from slipway.domain.record import Record
from slipway.domain.steps import (
    Announce,
    Change,
    DeployEndpoint,
    ProbeEndpoint,
    RunBatch,
    RunTask,
    Verdict,
    label,
    name,
)
from slipway.domain.watch import UNWATCHED
from slipway.domain.wish import Passing, RunNow, Steer, TaskNow, Wish
from slipway.domain.world import Kind, Package, PackageApproval, read
from slipway.lining import replies, sent
from slipway.looking import Look, change, has_news, look, refresh
from slipway.nudging import ask, ask_again, run_now, steer
from slipway.ports import Moment, Ports
from slipway.probing import judge_line, probe_config, probes_of
from slipway.stepping import Task, attempt, judge, stoppable, unless_repeated
from slipway.task_wishes import task_now
from slipway.watched import explained


def decide_release(
    ports: Ports,
    deployment: str,
    execution: str,
    wish: Wish | Passing | None = None,
    *,
    again: bool = False,
) -> Look:
    """Take the lease, read what is wanted, and decide. Raises Owned while another release owns
    the deployment, which then takes up the `wish`, or tries everything `again`."""
    if isinstance(wish, Steer):
        steer(ports, deployment, wish, execution)
    elif isinstance(wish, RunNow):
        run_now(ports, deployment, wish, execution)
    elif isinstance(wish, TaskNow):
        task_now(ports, deployment, wish, execution)
    elif wish:
        ask(ports, deployment, wish, execution)
    elif again:
        ask_again(ports, deployment, execution)
    now = ports.clock()
    running = ports.executions.is_running
    record = change(ports, deployment, lambda found: found.owned(execution, now, running))
    found = look(ports, record := refresh(ports, record))
    if found.record.attempts != record.attempts:
        attempts = explained(ports, record, found.record.attempts)
        found = look(ports, judge(ports, Task(deployment, record.fence), attempts))
    if not isinstance(found.step, Announce):  # which is told when it holds
        owed, why = label(found.step), found.step.reason
        ports.ledger.note(deployment, Moment(now, execution, owed, why, record.fence))
    return found


@stoppable
def deploy_endpoint(ports: Ports, task: Task) -> str:
    """Make the one change to the endpoint that is owed, if it still is."""
    found = look(ports, ports.ledger.load(task.deployment).under(task.fence))
    step, endpoint = found.step, naming.endpoint_name(ports.site, task.deployment)
    if not isinstance(step, DeployEndpoint):
        return f"not needed any more; now {name(step)}"
    if step.change == Change.DELETE:
        change(ports, task.deployment, lambda r: r.under(task.fence).touched(ports.clock()))
        ports.endpoints.delete(endpoint)
        return f"delete of {endpoint} accepted"
    if step.change == Change.SHIFT:
        unless_repeated(ports, task, step)
        change(ports, task.deployment, lambda r: r.under(task.fence).touched(ports.clock()))
        ports.endpoints.shift(endpoint, dict(step.weights))
        return f"{step.reason}: accepted"
    if step.change == Change.RESTORE:
        return _restored(ports, task, step, found)
    begin = _begun(ports, step, found)
    try:
        mark(ports, task, step.config, found)
        change_endpoint = _prepared(ports, step, found)
        attempt(ports, task, begin)
        change_endpoint(endpoint, step.config)
    except Unanswered:
        raise
    except (Retryable, AccountFault):
        # It was certainly not taken: what happens to the endpoint now says nothing of it.
        attempt(ports, task, lambda *_: found.record.attempts)
        raise
    except Refused as refusal:
        why = str(refusal)
        attempt(ports, task, lambda made, n: begin(made, n).refused(n, step.config, why))
        return f"refused: {why}"
    attempt(ports, task, lambda made, n: made.accepted(n, step.config))
    return f"{step.change} of {endpoint} accepted"


@stoppable
def probe_endpoint(ports: Ports, task: Task) -> str:
    """Send the probes, if they still are owed, and keep their verdict on the ledger."""
    found = look(ports, ports.ledger.load(task.deployment).under(task.fence))
    step, record = found.step, found.record
    if not isinstance(step, ProbeEndpoint) or record.desired is None:
        return f"not needed any more; now {name(step)}"
    made, desired = _plan_of(step.config, found), record.desired
    live = found.world.endpoint
    if live and live.kind == Kind.ASYNCHRONOUS:
        return _probe_in_line(ports, task, record, desired, step.config)
    variants = [*made.weights] if made else []
    if CANDIDATE in variants:
        variants = [CANDIDATE]  # the other one serves, and was asked before
    return keep_verdict(ports, task, probe_config(ports, record, desired, step.config, variants))


def _probe_in_line(ports: Ports, task: Task, record: Record, desired: Desired, config: str) -> str:
    """Send the probes to an asynchronous endpoint; or judge what became of those that were."""
    line, generation = record.line, desired.generation
    if line and line.is_of(generation, config):
        found = replies(ports, line)
        return keep_verdict(ports, task, judge_line(ports, record, desired, line, found))
    wanted = probes_of(ports, record, desired, config)
    line = sent(ports, task.deployment, generation, config, wanted)
    change(ports, task.deployment, lambda r: replace(r.under(task.fence), line=line))
    return f"{len(wanted)} probes wait in line"


def keep_verdict(ports: Ports, task: Task, probed: Probed) -> str:
    """Write on the ledger what the probes said."""
    change(ports, task.deployment, lambda r: r.under(task.fence).having(probed))
    return probed.reason


def await_change(ports: Ports, task: Task, token: str, hints: int) -> str:
    """Leave `token` for whoever sees a change; wake at once if something happened since `hints`."""
    try:
        change(ports, task.deployment, lambda r: r.under(task.fence).awaiting(token, hints))
    except LookAgain as news:
        ports.executions.wake(token)
        return str(news)
    return "asleep"


def announce(ports: Ports, task: Task) -> str:
    """Record the verdict, tell it once, and let go of the lease. Raises LookAgain when something
    happened meanwhile."""
    found = look(ports, ports.ledger.load(task.deployment).under(task.fence))
    step, hints = found.step, found.record.hints
    if not isinstance(step, Announce):
        raise LookAgain(f"{task.deployment}: now {name(step)} is next")
    if has_news(ports, found.record):
        raise LookAgain(f"{task.deployment}: something was uploaded since Decide looked")
    now, good = ports.clock(), _good(found)
    record = change(
        ports, task.deployment, lambda r: r.under(task.fence).settling(step, hints, now, good)
    )
    if record.settled:
        at, number = record.settled.at, task.fence
        told = Moment(at, task.execution, label(step), step.reason, number)
        ports.ledger.note(task.deployment, told)
    if record.settled and not record.settled.told:
        ports.announcements.tell(task.deployment, step)
    record = change(ports, task.deployment, lambda r: r.under(task.fence).told(hints))
    if record.lease:
        raise LookAgain(f"{task.deployment}: something happened while it was announced")
    waits = found.case.desired.is_batch or record.tasks.due
    if waits and isinstance(look(ports, record).step, RunBatch | RunTask):
        raise LookAgain(f"{task.deployment}: what was released has something to run")
    if step.verdict == Verdict.DELETED and found.world.purged:
        ports.ledger.forget(record, ports.clock())
    return step.verdict


def _begun(ports: Ports, step: DeployEndpoint, found: Look) -> Callable[[Attempts, int], Attempts]:
    """The attempts as they were looked at, with one more."""
    live, version = found.world.endpoint, _new(found, step.config)
    found_at = live.modified_at if live else None
    before, now = found.record.attempts, ports.clock()
    if version:
        before = before.deploying(version)
    return lambda _, generation: before.begun(generation, step.config, found_at, now)


def mark(ports: Ports, task: Task, config: str, found: Look) -> None:
    """Write on the ledger what is about to be made: so it is found and deleted one day."""
    made = _plan_of(config, found)
    if made:
        change(ports, task.deployment, lambda r: r.under(task.fence).leaving(made.footprint))


def _plan_of(config: str, found: Look) -> Plan | None:
    """What the config is made of: the wanted one, or one that was deployed before."""
    return found.case.made_of(config)


def _prepared(ports: Ports, step: DeployEndpoint, found: Look) -> Callable[[str, str], None]:
    """The call that changes the endpoint, with all that it needs in place. Raises Refused."""
    if found.record.is_host:
        # SageMaker makes no model of a prefix that nothing is below.
        ports.uploaded.put(f"{naming.loadable_prefix(found.record.deployment)}.slipway", b"")
    make(ports, step.config, found)
    if step.change == Change.CREATE:
        return ports.endpoints.create
    return partial(ports.endpoints.update, guarded=step.guarded)


def _restored(ports: Ports, task: Task, step: DeployEndpoint, found: Look) -> str:
    """Make again what somebody deleted of what serves."""
    try:
        mark(ports, task, step.config, found)
        make(ports, step.config, found)
    except Refused as refusal:
        why, begin = str(refusal), _begun(ports, step, found)
        attempt(ports, task, lambda made, n: begin(made, n).refused(n, step.config, why))
        return f"refused: {why}"
    return f"{step.config} is whole again"


def make(ports: Ports, config: str, found: Look) -> None:
    """Make the models and the config that are wanted, or were released, unless they are there.
    Raises Refused where they are neither."""
    wanted, registered = found.plan, {each.key: each for each in found.world.packages}
    known = _new(found, config) or found.record.attempts.made_of(config)
    if wanted and registered.keys() >= {*wanted.package_keys} and wanted.config == config:
        arns = {made.name: registered[made.package_key].arn for made in wanted.registered}
        ports.endpoints.prepare(wanted, arns)
    elif known and known.plan:
        arns = {
            m.name: _source(ports, known, m, found.record.package(m.package_key))
            for m in known.plan.registered
        }
        ports.endpoints.prepare(known.plan, arns)
    elif not ports.endpoints.has_config(config):
        raise Refused(f"endpoint config {config} is gone")


def _source(ports: Ports, known: Good, made: Model, registered: Package | None) -> str:
    """The model package that a model is made of again: its own or, where somebody deleted that,
    the one that the same bytes in the same container were registered as anew. Raises Refused."""
    own = known.sources[made.name]
    if ports.registry.approval(own, made) is not None or ports.endpoints.has_model(made.name):
        return own
    if registered and ports.registry.approval(registered.arn, made) == PackageApproval.APPROVED:
        return registered.arn
    raise Refused(f"the model package {own} of {known.config} was deleted")


def _new(found: Look, config: str) -> Good | None:
    """What is about to be deployed for the first time: the wanted version, alone or beside what it
    shall replace."""
    good, case = _good(found), found.case
    if good is None or good.config == config:
        return good
    stable, trial = case.stable, case.trial
    if stable is None or trial is None or trial.config != config:
        return None
    sources = {**stable.sources, **good.sources}
    packages = tuple(sources[made.name] for made in trial.registered)
    return Good(config, packages, trial, (*stable.inspected, *good.inspected), proven=False)


def _good(found: Look) -> Good | None:
    """The wanted version, to be gone back to one day."""
    wanted, record = found.plan, found.record
    known = {package.key: package.arn for package in record.packages}
    if wanted is None or record.desired is None or not known.keys() >= {*wanted.package_keys}:
        return None
    made = replace(wanted, baseline=None, watch=UNWATCHED)
    # What loads others is none of them.
    files = () if record.desired.is_host else read(record.desired, record.inspected).values()
    inspected = tuple(replace(each, findings=()) for each in files)
    probed = record.probes.of(wanted.config)
    proven = probed is not None and probed.proven
    arns = tuple(known[key] for key in wanted.package_keys)
    return Good(wanted.config, arns, made, inspected, proven)
