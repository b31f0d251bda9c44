"""CheckDrift: hold a window's requests against their baseline, or say which shards it needs."""

from slipway import checking
from slipway.documents import Document, check, outcome
from slipway.telemetry import observed
from slipway.wiring import ports
from slipway_drift import engine


@observed
def handler(document: Document, _context: object) -> Document:
    """The window's state, or where the list of its shards is."""
    return outcome(checking.check_drift(ports(), check(document), engine))
