"""When batch deployments run, as schedules of EventBridge Scheduler: each starts a release that is
told of a run."""

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from slipway.adapters.scheduler import DUE, Scheduler, is_as
from slipway.domain.batch import Timer

if TYPE_CHECKING:
    from mypy_boto3_scheduler.type_defs import CreateScheduleInputTypeDef

LATEST_SECONDS = 86_400


class SchedulerTimers(Scheduler):
    """Implements batch_ports.Timers."""

    def find(self, name: str) -> Timer | None:
        """The timer; of no expression where it is not as `put` makes it."""
        found = self._found(name)
        if found is None:
            return None
        deployment = _deployment(found["Target"].get("Input", ""))
        zone = found.get("ScheduleExpressionTimezone", "UTC")
        timer = Timer(name, deployment, found["ScheduleExpression"], zone)
        return timer if is_as(found, self._of(timer)) else replace(timer, expression="")

    def put(self, timer: Timer) -> None:
        """Make it, or make it anew over what is there."""
        self._make(self._of(timer))

    def _of(self, timer: Timer) -> "CreateScheduleInputTypeDef":
        # The moment tells a run from all others.
        document = {"deployment": timer.deployment, "wish": {"type": "run", "due": DUE}}
        return self._call(
            timer.name,
            f"Says when {timer.deployment} runs",
            timer.expression,
            timer.time_zone,
            json.dumps(document),
            LATEST_SECONDS,
        )


def _deployment(document: str) -> str:
    try:
        told = json.loads(document)
    except ValueError:
        return ""
    return str(told.get("deployment", "")) if isinstance(told, dict) else ""
