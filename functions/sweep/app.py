"""The sweep: what events, retries or people have left undone is found here."""

from collections.abc import Mapping

from slipway import nudging
from slipway.telemetry import observed
from slipway.wiring import ports


@observed
def handler(_schedule: Mapping[str, object], _context: object) -> dict[str, str]:
    """What was done to each deployment that was owed something."""
    return nudging.sweep(ports())
