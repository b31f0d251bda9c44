"""BuildBaseline: find out from the uploaded data what is normal."""

from slipway import watching
from slipway.documents import Document, task
from slipway.telemetry import observed
from slipway.wiring import ports
from slipway_drift import engine


@observed
def handler(document: Document, _context: object) -> str:
    """What was built, or why the data cannot be used."""
    return watching.build_baseline(ports(), task(document), engine)
