"""JudgeRollout: measure what a candidate does with its traffic, and judge it."""

from slipway import rolling
from slipway.documents import Document, task
from slipway.telemetry import observed
from slipway.wiring import ports


@observed
def handler(document: Document, _context: object) -> str:
    """The judgement in one sentence."""
    return rolling.judge_rollout(ports(), task(document))
