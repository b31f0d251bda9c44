"""The steps of a release that see to it that an endpoint is watched for drift."""

from collections.abc import Collection
from dataclasses import replace

from slipway.domain import naming
from slipway.domain.alarms import Alarm
from slipway.domain.desired import Artifact, Monitor, Runner
from slipway.domain.plan.endpoint import Plan
from slipway.domain.steps import BuildBaseline, Change, WatchEndpoint, name
from slipway.domain.watch import UNWATCHED, Schedule, Watch
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
    watch, before = _wanted(step, wanted, found.world.watch), found.record
    runners, alarms = _runners(watch), _alarms(watch)
    # Written first, so that what is made is also found, and deleted one day.
    _write(ports, task, {*before.runners, *runners}, {*before.alarms, *alarms})
    _remove(ports, found.world.watch - watch, watch)
    _put(ports, watch - found.world.watch)
    _write(ports, task, runners, alarms)
    endpoint = naming.endpoint_name(ports.site, task.deployment)
    return f"{step.change} of what watches {endpoint}"


def _wanted(step: WatchEndpoint, plan: Plan | None, found: Watch) -> Watch:
    """What shall watch once the step is done."""
    # Deleting may be owed though a watch is wanted: before the endpoint itself can be deleted.
    if plan is None or step.change == Change.DELETE:
        return UNWATCHED
    if step.change != Change.GUARD:
        return plan.watch
    names = {guard.name for guard in plan.guards}
    return plan.guards | {part for part in found if part.name not in names}


def _write(ports: Ports, task: Task, runners: Collection[Runner], alarms: Collection[str]) -> None:
    kept, named = tuple(sorted(runners)), tuple(sorted(alarms))
    change(
        ports, task.deployment, lambda r: replace(r.under(task.fence), runners=kept, alarms=named)
    )


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


def _runners(watch: Watch) -> tuple[Runner, ...]:
    return tuple(part.runner for part in watch if isinstance(part, Schedule))


def _alarms(watch: Watch) -> set[str]:
    return {part.name for part in watch if isinstance(part, Alarm)}


def _remove(ports: Ports, found: Watch, wanted: Watch) -> None:
    """Delete what is not to be replaced by something of its kind and name."""
    kept = {_kind(part) for part in wanted}
    for part in found:
        if _kind(part) in kept:
            continue
        if isinstance(part, Schedule):
            ports.schedules[part.runner].delete(part.name)
        else:
            ports.alarms.delete(part.name)


def _put(ports: Ports, wanted: Watch) -> None:
    for part in wanted:
        if isinstance(part, Schedule):
            ports.schedules[part.runner].put(part)
        else:
            ports.alarms.put(part)


def _kind(part: Schedule | Alarm) -> tuple[str, str]:
    """A schedule is one of its runner's, and an alarm goes by its name."""
    return type(part).__name__, part.runner if isinstance(part, Schedule) else part.name
