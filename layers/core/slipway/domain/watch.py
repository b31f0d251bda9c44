"""What watches an endpoint: a schedule that checks what it is asked, and an alarm on the findings.

capture/{endpoint}/{variant}/yyyy/mm/dd/hh/*.jsonl          what was asked and answered
monitoring/baselines/{deployment}/{digest}/                 what is normal
monitoring/reports/{endpoint}/{schedule}/yyyy/mm/dd/hh/     what a window's check wrote
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from slipway.domain.alarms import Alarm
from slipway.domain.batch import Timer
from slipway.domain.desired import Runner
from slipway.domain.errors import InvalidInput
from slipway.domain.naming import (
    Site,
    answered_prefix,
    asked_prefix,
    batch_prefix,
    deployment_of_resource,
)

CAPTURES = "capture/"
MONITORING = "monitoring/"
REPORTS = f"{MONITORING}reports/"
# Captured requests reach the bucket some minutes late.
MINUTES_LATE = 15
HOUR = 3600
# What IngestViolations counts, and alarms look at.
NAMESPACE, METRIC = "Slipway", "Violations"
BY_FEATURE = "by_feature"  # the limit that asks for metrics of each feature
PERIODS = (1, 2, 3, 4, 6, 8, 12, 24)
FOLDER = re.compile(REPORTS + r"([\w-]+)/([\w-]+)/(\d{4}/\d{2}/\d{2}/\d{2})/")


@dataclass(frozen=True, slots=True)
class Schedule:
    """A check of an endpoint's requests against the files in `baseline`, every `every` hours.

    `limits` are those of Slipway's own checks.
    """

    runner: Runner
    name: str
    deployment: str
    endpoint: str
    baseline: str
    every: int
    limits: tuple[tuple[str, float], ...] = ()

    def document(self) -> dict[str, object]:
        """What a check is told of it."""
        return {
            "schedule": self.name,
            "deployment": self.deployment,
            "endpoint": self.endpoint,
            "baseline": self.baseline,
            "every": self.every,
            "limits": dict(self.limits),
        }

    @classmethod
    def of(cls, document: Mapping[str, object]) -> "Schedule":
        """The schedule of Slipway's own that `document` was told. Raises InvalidInput."""
        match document:
            case {
                "schedule": str(name),
                "deployment": str(deployment),
                "endpoint": str(endpoint),
                "baseline": str(baseline),
                "every": int(every),
                "limits": Mapping() as limits,
            } if every in PERIODS and all((name, deployment, endpoint, baseline)):
                if all(isinstance(value, int | float) for value in limits.values()):
                    ordered = tuple(sorted((str(key), float(limits[key])) for key in limits))
                    return cls(Runner.LAMBDA, name, deployment, endpoint, baseline, every, ordered)
        raise InvalidInput(
            f"check: {dict(document)!r:.200} is no check; start one with `slipway monitor`"
        )


Watch = frozenset[Schedule | Alarm | Timer]
UNWATCHED: Watch = frozenset()


def kind(part: Schedule | Alarm | Timer) -> tuple[str, str]:
    """A schedule is one of its runner's; alarms and timers go by their names."""
    return type(part).__name__, part.runner if isinstance(part, Schedule) else part.name


def lacking(watch: Watch, found: Watch) -> Watch:
    """What of `watch` has nothing of its kind and name among what is found."""
    kinds = {kind(part) for part in found}
    return frozenset(part for part in watch if kind(part) not in kinds)


@dataclass(frozen=True, slots=True)
class Window:
    """Whole hours, of which the last ends at `end`, an hour in epoch seconds."""

    end: int
    hours: int

    @classmethod
    def before(cls, at: float, hours: int) -> "Window":
        """The `hours` that had ended at `at`, in epoch seconds."""
        return cls(int(at // HOUR) * HOUR, hours)

    @property
    def folders(self) -> list[str]:
        """Each hour as captures and reports are filed: yyyy/mm/dd/hh."""
        return [_folder(self.end - HOUR * ago) for ago in range(self.hours, 0, -1)]

    @property
    def title(self) -> str:
        """The window as people read it."""
        start, end = (_moment(second) for second in (self.end - HOUR * self.hours, self.end))
        return f"{start:%Y-%m-%d %H:%M} to {end:%H:%M} UTC"


def baseline_folder(deployment: str, key: str) -> str:
    """Where the baseline with the digest `key` is kept."""
    return f"{MONITORING}baselines/{deployment}/{key}/"


def report_folder(endpoint: str, schedule: str, window: Window) -> str:
    """Where a window's files go: by the hour in which it was due, as Model Monitor files them."""
    return f"{REPORTS}{endpoint}/{schedule}/{_folder(window.end)}/"


def prefixes_of(deployment: str, endpoint: str) -> tuple[str, ...]:
    """Below which everything lies that a deployment was asked, has answered, and was watched by."""
    return (
        f"{CAPTURES}{endpoint}/",
        f"{MONITORING}baselines/{deployment}/",
        f"{REPORTS}{endpoint}/",
        f"{MONITORING}shards/{endpoint}/",
        asked_prefix(deployment),
        answered_prefix(deployment),
        batch_prefix(deployment),
    )


def shard_folder(endpoint: str, schedule: str) -> str:
    """Where the profiles of a large window's shards are kept."""
    return f"{MONITORING}shards/{endpoint}/{schedule}/"


@dataclass(frozen=True, slots=True)
class Check:
    """The window of `schedule` that had ended at `at`, in epoch seconds."""

    schedule: Schedule
    at: float

    @property
    def window(self) -> Window:
        return Window.before(self.at, self.schedule.every)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a check: the window's state and its folder, or the key of the list of shards
    that have to be profiled first."""

    folder: str
    state: str = ""
    shards: str = ""


@dataclass(frozen=True, slots=True)
class Reported:
    """A window that somebody wrote about; `hour` is yyyy/mm/dd/hh and `folder` ends in it."""

    deployment: str
    endpoint: str
    schedule: str
    hour: str

    @property
    def folder(self) -> str:
        return f"{self.history}{self.hour}/"

    @property
    def history(self) -> str:
        """Where all windows of its schedule are."""
        return f"{REPORTS}{self.endpoint}/{self.schedule}/"

    def title(self, every: int) -> str:
        """The window as people read it, of a schedule that is due every `every` hours."""
        return Window(int(hour(self.hour)), every).title


def reported_at(site: Site, key: str) -> Reported | None:
    """The window that the object at `key` belongs to; None where it is of no window, or none of
    a deployment's."""
    found = FOLDER.match(key)
    deployment = deployment_of_resource(site, found[1]) if found else None
    return Reported(deployment, found[1], found[2], found[3]) if found and deployment else None


def hour(folder: str) -> float:
    """The hour of a folder, yyyy/mm/dd/hh, in epoch seconds."""
    return datetime.strptime(folder, "%Y/%m/%d/%H").replace(tzinfo=UTC).timestamp()


def _moment(second: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=second)


def _folder(second: int) -> str:
    return f"{_moment(second):%Y/%m/%d/%H}"
