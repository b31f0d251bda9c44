"""Decide: take the lease, look at the world, and name the step that is owed."""

from slipway.documents import Document, anew, asked, decision, wished
from slipway.release import decide_release
from slipway.telemetry import observed
from slipway.wiring import ports


@observed
def handler(document: Document, _context: object) -> Document:
    """The decision that the state machine chooses by; raises Owned to a second release."""
    deployment, execution = asked(document)
    wish, again = wished(document), anew(document)
    look = decide_release(ports(), deployment, execution, wish, again=again)
    return decision(look, execution)
