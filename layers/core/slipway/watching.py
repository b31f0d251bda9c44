"""The steps of a release that see to it that an endpoint is watched for drift."""

from dataclasses import replace

from slipway.domain import naming
from slipway.domain.alarms import Alarm
from slipway.domain.batch import Timer
from slipway.domain.desired import Artifact, Monitor, Runner
from slipway.domain.plan.endpoint import Plan
from slipway.domain.record import Record
from slipway.domain.steps import BuildBaseline, Change, WatchEndpoint, name
from slipway.domain.watch import UNWATCHED, Schedule, Watch, lacking
from slipway.domain.world import Baseline
from slipway.engine import Engine
from slipway.looking import change, look
from slipway.ports import Ports
from slipway.stepping import Task, stoppable, unless_repeated


@stoppable
def build_baseline(ports: Ports, task: Task, engine: Engine) -> str:
    """Find out from the uploaded data what is normal, and keep it where checks look for it."""
    found = look(ports, ports.ledger.load(task.deployment).under(task.fence))
    step, desired = found.step, found.record.desired
    monitor, data = (desired.policy.monitor, desired.baseline) if desired else (None, None)
    if not isinstance(step, BuildBaseline) or monitor is None or data is None:
        return f"not needed any more; now {name(step)}"
    built = _built(ports, data, monitor, step.folder, engine)
    change(ports, task.deployment, lambda r: replace(r.under(task.fence), baseline=built))
    return built.refused or built.summary


@stoppable
def watch_endpoint(ports: Ports, task: Task) -> str:
    """Make what watches the endpoint what is wanted, if it still is not."""
    found = look(ports, ports.ledger.load(task.deployment).under(task.fence))
    step, wanted = found.step, found.plan
    if not isinstance(step, WatchEndpoint):
        return f"not needed any more; now {name(step)}"
    unless_repeated(ports, task, step)
    there, before = found.world.watch, found.record
    watch = _wanted(step, wanted, there | lacking(found.world.watched, there))
    # Written first, so that what is made is also found, and deleted one day.
    _write(ports, task, watch, before)
    _remove(ports, there - watch, watch)
    _put(ports, watch - there)
    _write(ports, task, watch)
    endpoint = naming.endpoint_name(ports.site, task.deployment)
    return f"{step.change} of what watches {endpoint}"


def _wanted(step: WatchEndpoint, plan: Plan | None, was: Watch) -> Watch:
    """What shall watch once the step is done; it `was` that, with what somebody deleted of it."""
    if step.change == Change.RESTORE:
        return was
    # Deleting may be owed though a watch is wanted: before the endpoint itself can be deleted.
    if plan is None or step.change == Change.DELETE:
        return UNWATCHED
    if step.change != Change.GUARD:
        return plan.watch
    names = {guard.name for guard in plan.guards}
    return plan.guards | {part for part in was if part.name not in names}


def _write(ports: Ports, task: Task, watch: Watch, before: Record | None = None) -> None:
    """Write down what is made to watch it; and what was `before`, as long as that may be there."""
    runners, alarms, timed = _runners(watch), _alarms(watch), _is_timed(watch)
    if before:
        runners, alarms = runners | {*before.runners}, alarms | {*before.alarms}
    kept, named = tuple(sorted(runners)), tuple(sorted(alarms))
    timed = timed or (before is not None and before.timed)

    def written(record: Record) -> Record:
        mine = record.under(task.fence)
        return replace(mine, runners=kept, alarms=named, watched=watch, timed=timed)

    change(ports, task.deployment, written)


def _built(ports: Ports, data: Artifact, monitor: Monitor, folder: str, engine: Engine) -> Baseline:
    try:
        with ports.monitored.data(data) as stream:
            name = data.key.rpartition("/")[2]
            files = engine.baseline(
                stream,
                name,
                header=monitor.header,
                config=monitor.thresholds,
                outputs=monitor.outputs,
            )
    except ValueError as refusal:
        return Baseline(folder, refused=f"{data.key}: {refusal}")
    ports.monitored.write(folder, files)
    found = engine.examined(files)
    told = f"{', '.join(files)} of {data.key} in {folder}"
    return Baseline(folder, summary=f"{told}\n{found}" if found else told)


def _runners(watch: Watch) -> set[Runner]:
    return {part.runner for part in watch if isinstance(part, Schedule)}


def _alarms(watch: Watch) -> set[str]:
    return {part.name for part in watch if isinstance(part, Alarm)}


def _is_timed(watch: Watch) -> bool:
    return any(isinstance(part, Timer) for part in watch)


def _remove(ports: Ports, found: Watch, wanted: Watch) -> None:
    """Delete what is not to be replaced by something of its kind and name."""
    for part in lacking(found, wanted):
        match part:
            case Schedule(runner=runner, name=name):
                ports.schedules[runner].delete(name)
            case Timer(name=name):
                ports.timers.delete(name)
            case Alarm(name=name):
                ports.alarms.delete(name)


def _put(ports: Ports, wanted: Watch) -> None:
    for part in wanted:
        match part:
            case Schedule():
                ports.schedules[part.runner].put(part)
            case Timer():
                ports.timers.put(part)
            case Alarm():
                ports.alarms.put(part)
