"""ProbeEndpoint: send probes to what serves."""

from slipway import release
from slipway.documents import Document, task
from slipway.telemetry import observed
from slipway.wiring import ports


@observed
def handler(document: Document, _context: object) -> str:
    """The probes' verdict in one sentence."""
    return release.probe_endpoint(ports(), task(document))
