"""The steps of a release that see to it that an endpoint is watched for drift."""

from dataclasses import replace

from slipway.domain import naming
from slipway.domain.desired import Artifact, Monitor, Runner
from slipway.domain.steps import BuildBaseline, Change, WatchEndpoint, name
from slipway.domain.watch import UNWATCHED, Schedule, Watch
from slipway.domain.world import Baseline
from slipway.engine import Engine
from slipway.looking import change, look
from slipway.ports import Ports
from slipway.stepping import Task, stoppable


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
    # Deleting may be owed though a watch is wanted: before the endpoint itself can be deleted.
    watch = wanted.watch if wanted and step.change != Change.DELETE else UNWATCHED
    runners = _runners(watch)
    # Written first, so that what is made is also found, and deleted one day.
    either = tuple(sorted({*found.record.runners, *runners}))
    change(ports, task.deployment, lambda r: replace(r.under(task.fence), runners=either))
    _remove(ports, found.world.watch - watch, watch)
    _put(ports, watch - found.world.watch)
    change(ports, task.deployment, lambda r: replace(r.under(task.fence), runners=runners))
    endpoint = naming.endpoint_name(ports.site, task.deployment)
    return f"{step.change} of {endpoint}'s schedule and alarm"


def _built(ports: Ports, data: Artifact, monitor: Monitor, folder: str, engine: Engine) -> Baseline:
    try:
        with ports.monitored.data(data) as stream:
            name = data.key.rpartition("/")[2]
            files = engine.baseline(stream, name, header=monitor.header, config=monitor.thresholds)
    except ValueError as refusal:
        return Baseline(folder, refused=f"{data.key}: {refusal}")
    ports.monitored.write(folder, files)
    return Baseline(folder, summary=f"{', '.join(files)} of {data.key} in {folder}")


def _runners(watch: Watch) -> tuple[Runner, ...]:
    return tuple(part.runner for part in watch if isinstance(part, Schedule))


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


def _kind(part: object) -> tuple[str, str]:
    runner = part.runner if isinstance(part, Schedule) else ""
    return type(part).__name__, runner
