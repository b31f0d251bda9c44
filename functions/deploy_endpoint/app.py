"""DeployEndpoint: make the one change to the endpoint that is owed."""

from slipway import release
from slipway.documents import Document, task
from slipway.telemetry import observed
from slipway.wiring import ports


@observed
def handler(document: Document, _context: object) -> str:
    """What SageMaker accepted or refused."""
    return release.deploy_endpoint(ports(), task(document))
