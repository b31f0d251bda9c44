"""Decide: take the lease, look at the world, and name the step that is owed."""

from slipway.documents import Document, asked, decision, wished
from slipway.release import decide_release
from slipway.telemetry import observed
from slipway.wiring import ports


@observed
def handler(document: Document, _context: object) -> Document:
    """The decision that the state machine chooses by; raises Owned to a second release."""
    deployment, execution = asked(document)
    look = decide_release(ports(), deployment, execution, wished(document))
    return decision(look, execution)
