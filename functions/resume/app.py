"""What SageMaker changes wakes the release that waits for it, or starts one."""

from functools import partial

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from slipway.events import Event, changed, deliver
from slipway.nudging import nudge
from slipway.telemetry import observed
from slipway.wiring import ports


@observed
def handler(batch: Event, _context: object) -> PartialItemFailureResponse:
    """Which of the queue's messages shall be delivered again."""
    read = partial(changed, site=ports().site)
    return deliver(batch, read, lambda hint: nudge(ports(), hint.deployment, hint.cause))
