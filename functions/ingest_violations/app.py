"""What a check wrote, whoever ran it, is told: on the ledger, on the bus, and to people."""

from functools import partial

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from slipway.events import Event, deliver, reported
from slipway.ingesting import ingest_violations
from slipway.telemetry import counted, observed
from slipway.wiring import ports
from slipway_drift import engine


@observed
def handler(batch: Event, _context: object) -> PartialItemFailureResponse:
    """Which of the queue's messages shall be delivered again."""
    site = ports().site
    return deliver(
        batch,
        partial(reported, site=site),
        lambda window: counted(window.deployment, ingest_violations(ports(), window, engine)),
    )
