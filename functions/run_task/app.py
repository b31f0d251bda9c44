"""RunTask: start, stop or end a task."""

from slipway import tasking
from slipway.documents import Document, task
from slipway.telemetry import observed
from slipway.wiring import ports


@observed
def handler(document: Document, _context: object) -> str:
    """What was done, or refused."""
    return tasking.run_task(ports(), task(document))
