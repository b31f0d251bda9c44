"""When a monitoring schedule is due: the few cron expressions that SageMaker takes, and NOW.

Hours are counted from the epoch and last as long as the account's clock says, so that a day can
pass in minutes: hour 0 of a day is each 24th.

Source: "Schedule model monitoring jobs".
"""

import re
from dataclasses import dataclass

from slipway_local.sagemaker.errors import Refusal, invalid

NOW = "NOW"
_DAY = 24
_CRON = re.compile(r"cron\(0 (?:(\*)|(\d{1,2})(?:/(\d{1,2}))?) \? \* \* \*\)")
_OFFSET = re.compile(r"(-)?P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


@dataclass(frozen=True, slots=True)
class Cron:
    """From `start` o'clock on, every `every` hours, each day anew."""

    start: int
    every: int

    def matches(self, hour: int) -> bool:
        """Whether it is due at the beginning of an hour since the epoch."""
        return (hour - self.start) % _DAY % self.every == 0

    def after(self, hour: int) -> int:
        """The first hour after `hour` at which it is due."""
        return next(later for later in range(hour + 1, hour + _DAY + 1) if self.matches(later))

    def before(self, hour: int) -> int:
        """The last hour before `hour` at which it was due."""
        return next(
            sooner for sooner in range(hour - 1, hour - _DAY - 1, -1) if self.matches(sooner)
        )


def read_cron(expression: str) -> Cron:
    """Raises Refusal: ValidationException for all but hourly, daily and every so many hours."""
    found = _CRON.fullmatch(expression)
    if found is None:
        raise _refused(expression)
    hourly, start, every = found.groups()
    cron = Cron(0, 1) if hourly else Cron(int(start), int(every or _DAY))
    if cron.start >= _DAY or not 1 <= cron.every <= _DAY:
        raise _refused(expression)
    return cron


def read_offset(text: str, name: str) -> float:
    """`-PT1H` as -1: hours of an ISO 8601 duration. Raises Refusal: ValidationException."""
    found = _OFFSET.fullmatch(text)
    if found is None or text.endswith(("P", "T")):
        raise invalid(f"{name} is {text!r}: it must be an ISO 8601 duration such as -PT1H.")
    sign, *parts = found.groups()
    days, hours, minutes, seconds = (int(part or 0) for part in parts)
    length = days * _DAY + hours + minutes / 60 + seconds / 3600
    return -length if sign else length


def _refused(expression: str) -> Refusal:
    return invalid(
        f"Invalid ScheduleExpression {expression!r}: it must be cron(0 * ? * * *) for each hour, "
        "cron(0 [00-23] ? * * *) for once a day, cron(0 [00-23]/[01-24] ? * * *) for every so many "
        "hours, or NOW."
    )
