"""InspectArtifact: read the upload's bytes and keep what they are."""

from slipway import registering
from slipway.documents import Document, task
from slipway.telemetry import observed
from slipway.wiring import ports


@observed
def handler(document: Document, _context: object) -> str:
    """What the artifact is, or why it may not be used."""
    return registering.inspect_artifact(ports(), task(document))
