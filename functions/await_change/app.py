"""AwaitChange: leave a token for whoever sees the world change."""

from slipway import release
from slipway.documents import Document, sleep, task
from slipway.telemetry import observed
from slipway.wiring import ports


@observed
def handler(document: Document, _context: object) -> str:
    """Whether the release sleeps; the token, not this answer, ends the wait."""
    token, hints = sleep(document)
    return release.await_change(ports(), task(document), token, hints)
