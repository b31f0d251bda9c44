"""The step of a release that sees to it that an endpoint scales as it is wanted."""

from dataclasses import replace

from slipway.domain import naming
from slipway.domain.steps import ScaleEndpoint, name
from slipway.looking import change, look
from slipway.ports import Ports
from slipway.stepping import Task, stoppable, unless_repeated


@stoppable
def scale_endpoint(ports: Ports, task: Task) -> str:
    """Make what is registered for autoscaling what is wanted, if it still is not."""
    found = look(ports, ports.ledger.load(task.deployment).under(task.fence))
    step, known = found.step, found.world.scaling
    if not isinstance(step, ScaleEndpoint):
        return f"not needed any more; now {name(step)}"
    unless_repeated(ports, task, step)
    variants = {each.variant for each in step.wanted}
    # Written first, so that what is registered is also found, and deregistered one day.
    either = tuple(sorted({*found.record.scaled, *variants}))
    change(ports, task.deployment, lambda r: replace(r.under(task.fence), scaled=either))
    for gone in sorted(each.variant for each in known if each.variant not in variants):
        ports.scalings.delete(naming.endpoint_name(ports.site, task.deployment), gone)
    for scaled in sorted(step.wanted - known, key=lambda each: each.variant):
        ports.scalings.put(scaled)
    kept = tuple(sorted(variants))
    change(ports, task.deployment, lambda r: replace(r.under(task.fence), scaled=kept))
    return f"{step.change} of autoscaling: {', '.join(kept) or 'none'}"
