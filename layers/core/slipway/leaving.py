"""The step of a release that deletes what nothing needs any more."""

from slipway.domain import naming, watch
from slipway.domain.steps import CleanUp, name
from slipway.looking import change, look
from slipway.ports import Ports
from slipway.stepping import Task, stoppable


@stoppable
def clean_up(ports: Ports, task: Task) -> str:
    """Delete what is owed to be deleted, if it still is."""
    found = look(ports, ports.ledger.load(task.deployment).under(task.fence))
    step = found.step
    if not isinstance(step, CleanUp):
        return f"not needed any more; now {name(step)}"
    for footprint in step.footprints:
        ports.endpoints.discard(footprint)
    if found.case.desired.leaves and not found.case.desired.is_member:
        ports.logs.delete(naming.endpoint_name(ports.site, task.deployment))
    if step.purge is not None:
        _purge(ports, task.deployment, step.purge)
    change(ports, task.deployment, lambda r: r.under(task.fence).cleaned(step))
    gone = [each.config for each in step.footprints]
    return f"deleted {', '.join(gone if step.purge is None else [*gone, 'versions and data'])}"


def _purge(ports: Ports, deployment: str, before: float) -> None:
    """Delete the versions before their bytes: a version without its bytes could be approved."""
    ports.registry.purge(naming.group_name(ports.site, deployment))
    endpoint = naming.endpoint_name(ports.site, deployment)
    for prefix in (
        naming.pinned_prefix(deployment),
        *watch.prefixes_of(deployment, endpoint),
        naming.prefix_of(deployment),
    ):
        ports.uploaded.remove(prefix, before)
