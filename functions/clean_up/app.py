"""CleanUp: delete what releases have left and nothing needs any more."""

from slipway import leaving
from slipway.documents import Document, task
from slipway.telemetry import observed
from slipway.wiring import ports


@observed
def handler(document: Document, _context: object) -> str:
    """What was deleted."""
    return leaving.clean_up(ports(), task(document))
