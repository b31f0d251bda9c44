"""What a check wrote, whoever ran it, becomes news: on the ledger, on the bus, and to people.

The event that brings it here only says which window to look at. Looking twice tells once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from slipway.domain import naming
from slipway.domain.desired import OnViolation, Runner
from slipway.domain.errors import InvalidInput
from slipway.domain.record import Record
from slipway.domain.watch import Reported, Schedule
from slipway.domain.world import Drift
from slipway.engine import (
    BASELINE,
    CONSTRAINTS,
    OWN_VIOLATIONS,
    REPORT,
    STATISTICS,
    SUMMARY,
    VIOLATIONS,
    Engine,
    Files,
    Finding,
)
from slipway.looking import change, planned
from slipway.nudging import nudge
from slipway.ports import Moment, Ports

EVENT: Final = "Slipway Drift Detected"
WINDOWS: Final = 24
SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class News:
    """A window as it was found: its files, and what they amount to."""

    reported: Reported
    every: int
    files: Files
    baseline: Files
    findings: tuple[Finding, ...]
    drift: Drift

    @property
    def title(self) -> str:
        return self.reported.title(self.every)

    @property
    def since(self) -> str:
        """The first of the windows with violations in a row, as people read it."""
        return replace(self.reported, hour=self.drift.since).title(self.every)


def ingest_violations(ports: Ports, reported: Reported, engine: Engine) -> Drift | None:
    """Tell what a window shows, once, and draw its report; what it shows.

    None where it is older than the one that was told of last, or where Slipway's own check is
    still writing. Raises InvalidInput for files that cannot be read, and Busy while somebody else
    tells of it.
    """
    deployment = reported.deployment
    record = ports.ledger.load(deployment)
    news, known = _read(ports, record, reported, engine), record.drift
    if news is None:
        return None
    if known and known.hour > reported.hour:
        _draw(ports, news, engine)
        return None
    if known and known.told and known.says(news.drift):
        return known
    # Whatever cannot be drawn is refused before anybody counts on its being told.
    _draw(ports, news, engine)
    change(ports, deployment, lambda r: r.drifted(news.drift))
    _tell(ports, news, engine)
    change(ports, deployment, lambda r: r.drift_told() if r.drift == news.drift else r)
    if _acts(record):
        nudge(ports, deployment, f"the window {news.title} shows {news.drift.state}")
    return news.drift


def _read(ports: Ports, record: Record, reported: Reported, engine: Engine) -> News | None:
    names = (SUMMARY, VIOLATIONS, OWN_VIOLATIONS)
    files = dict(ports.monitored.read(reported.folder, names))
    baseline: Files = {}
    wanted = planned(ports, record)
    schedule = wanted.schedule if wanted else None
    if SUMMARY not in files:
        if schedule and _checks_itself(schedule, reported):
            # It is written last, and its event is still to come: only it says what all others mean.
            return None
        # Model Monitor's container wrote them: what it compared with is in the baseline.
        files |= ports.monitored.read(reported.folder, (STATISTICS, CONSTRAINTS))
        baseline = ports.monitored.read(schedule.baseline, BASELINE) if schedule else {}
    with _read_from(ports, reported):
        findings = tuple(engine.findings(files))
        state = engine.state(files)
    every = schedule.every if schedule else 1
    drift = replace(_drift(record, reported, state, findings), at=ports.clock())
    return News(reported, every, files, baseline, findings, drift)


@contextmanager
def _read_from(ports: Ports, reported: Reported) -> Iterator[None]:
    try:
        yield
    except ValueError as refusal:
        raise InvalidInput(f"s3://{ports.site.bucket}/{reported.folder}: {refusal}") from refusal


def _checks_itself(schedule: Schedule, reported: Reported) -> bool:
    """Whether the window is one of Slipway's own checks."""
    return schedule.runner == Runner.LAMBDA and schedule.name == reported.schedule


def _drift(record: Record, reported: Reported, state: str, findings: tuple[Finding, ...]) -> Drift:
    before = record.drift if record.drift and record.drift.hour <= reported.hour else None
    said = [(f.feature, f.check, f.description) for f in findings]
    drift = Drift(
        generation=record.desired.generation if record.desired else 0,
        hour=reported.hour,
        state=state,
        digest=naming.digest({"state": state, "findings": said}),
    )
    if drift.violated:
        since = (before.since if before else "") or reported.hour
        return replace(drift, violations=len(findings), since=since)
    if before and not drift.judged:
        # What cannot be judged neither ends what was found before nor adds to it.
        return replace(drift, violations=before.violations, since=before.since)
    return drift


def _draw(ports: Ports, news: News, engine: Engine) -> None:
    reported = news.reported
    earlier = ports.monitored.windows(reported.history, SUMMARY, reported.folder, WINDOWS - 1)
    # One after the other: each may be large.
    history = (ports.monitored.read(folder, (SUMMARY,))[SUMMARY] for folder in earlier)
    with _read_from(ports, reported):
        page = engine.report(
            news.files, news.baseline, history, title=reported.deployment, window=news.title
        )
    ports.monitored.write(reported.folder, {REPORT: page})


def _tell(ports: Ports, news: News, engine: Engine) -> None:
    drift, deployment = news.drift, news.reported.deployment
    why = f"{news.title}: {drift.state}, {len(news.findings)} findings"
    ports.ledger.note(deployment, Moment(ports.clock(), "", "Checked", why))
    if not drift.violated:
        return
    report = f"s3://{ports.site.bucket}/{news.reported.folder}{REPORT}"
    ports.bus.put(
        EVENT,
        {
            "deployment": deployment,
            "endpoint": news.reported.endpoint,
            "schedule": news.reported.schedule,
            "window": drift.hour,
            "since": drift.since,
            "violationCount": drift.violations,
            "violations": [
                {"feature": f.feature, "check": f.check, "description": f.description[:500]}
                for f in news.findings[:SHOWN]
            ],
            "report": report,
        },
    )
    message = f"{engine.told(news.files, news.since)}\n\nReport: {report}\n"
    ports.announcements.tell_news(deployment, "Drift", f"{deployment}: drift", message)


def _acts(record: Record) -> bool:
    """Whether drift changes what is owed: it holds the deployment, or has a remedy."""
    policy = record.desired.policy if record.desired else None
    if policy is None or policy.monitor is None:
        return False
    return policy.monitor.on_violation == OnViolation.HOLD or any(
        not alarm.limit and not alarm.name for alarm in policy.alarms
    )
