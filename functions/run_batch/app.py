"""RunBatch: prove a version by a sample, or start, stop or end a run."""

from slipway import running
from slipway.documents import Document, task
from slipway.telemetry import observed
from slipway.wiring import ports


@observed
def handler(document: Document, _context: object) -> str:
    """What was done, or refused."""
    return running.run_batch(ports(), task(document))
