"""WatchEndpoint: make the schedule and the alarm of an endpoint what is wanted of them."""

from slipway import watching
from slipway.documents import Document, task
from slipway.telemetry import observed
from slipway.wiring import ports


@observed
def handler(document: Document, _context: object) -> str:
    """What was made or deleted."""
    return watching.watch_endpoint(ports(), task(document))
