"""ScaleEndpoint: make what is registered for autoscaling what is wanted of it."""

from slipway import scaling
from slipway.documents import Document, task
from slipway.telemetry import observed
from slipway.wiring import ports


@observed
def handler(document: Document, _context: object) -> str:
    """What was registered."""
    return scaling.scale_endpoint(ports(), task(document))
