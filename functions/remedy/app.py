"""Remedy: do what is owed about an alarm, note what came of it, and tell."""

from slipway import remedying
from slipway.documents import Document, task
from slipway.telemetry import observed
from slipway.wiring import ports


@observed
def handler(document: Document, _context: object) -> str:
    """What was done."""
    return remedying.remedy(ports(), task(document))
