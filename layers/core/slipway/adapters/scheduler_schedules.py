"""Checks for drift by Slipway's own functions, as schedules of EventBridge Scheduler."""

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from slipway.adapters.scheduler import DUE, Scheduler, is_as
from slipway.domain.desired import Runner
from slipway.domain.errors import InvalidInput
from slipway.domain.watch import MINUTES_LATE, Schedule

if TYPE_CHECKING:
    from mypy_boto3_scheduler.type_defs import CreateScheduleInputTypeDef

# A check that cannot be started for this long is one that the next one makes up for.
LATEST_SECONDS = 3600


class SchedulerSchedules(Scheduler):
    """Implements ports.Schedules."""

    def find(self, name: str) -> Schedule | None:
        """The schedule; of an impossible period where it is not as `put` makes it."""
        found = self._found(name)
        if found is None:
            return None
        try:
            schedule = Schedule.of(json.loads(found["Target"].get("Input", "{}")))
        except (InvalidInput, TypeError, ValueError):
            return Schedule(Runner.LAMBDA, name, "", "", "", 0)
        return schedule if is_as(found, self._of(schedule)) else replace(schedule, every=0)

    def put(self, schedule: Schedule) -> None:
        """Make it, or make it anew over what is there."""
        self._make(self._of(schedule))

    def _of(self, schedule: Schedule) -> "CreateScheduleInputTypeDef":
        return self._call(
            schedule.name,
            f"Checks what {schedule.endpoint} is asked for drift",
            _expression(schedule.every),
            "UTC",
            json.dumps({**schedule.document(), "at": DUE}),
            LATEST_SECONDS,
        )


def _expression(every: int) -> str:
    hours = "*" if every == 1 else f"0/{every}"
    return f"cron({MINUTES_LATE} {hours} * * ? *)"
