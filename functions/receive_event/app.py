"""Uploads wake the release that owns their deployment, or start one."""

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from slipway.events import Event, deliver, uploaded
from slipway.nudging import nudge
from slipway.telemetry import observed
from slipway.wiring import ports


@observed
def handler(batch: Event, _context: object) -> PartialItemFailureResponse:
    """Which of the queue's messages shall be delivered again."""
    return deliver(
        batch, uploaded, lambda hint: nudge(ports(), hint.deployment, hint.cause, hint.arrived)
    )
