"""ProfileCapture: profile one shard of a large window's requests."""

from slipway import checking
from slipway.documents import Document, shard
from slipway.telemetry import observed
from slipway.wiring import ports
from slipway_drift import engine


@observed
def handler(document: Document, _context: object) -> str:
    """Where the profile is."""
    schedule, keys = shard(document)
    return checking.profile_capture(ports(), schedule, keys, engine)
