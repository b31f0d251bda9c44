"""Announce: record the verdict, tell it once, and let go of the deployment."""

from slipway import release
from slipway.documents import Document, task
from slipway.telemetry import count, observed
from slipway.wiring import ports


@observed
def handler(document: Document, _context: object) -> str:
    """The verdict; raises LookAgain when something happened meanwhile."""
    owned = task(document)
    verdict = release.announce(ports(), owned)
    count(verdict, owned.deployment)
    return verdict
