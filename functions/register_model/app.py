"""RegisterModel: pin the artifact and make it a version in the model registry."""

from slipway import registering
from slipway.documents import Document, task
from slipway.telemetry import observed
from slipway.wiring import ports


@observed
def handler(document: Document, _context: object) -> str:
    """The version's ARN."""
    return registering.register_model(ports(), task(document))
