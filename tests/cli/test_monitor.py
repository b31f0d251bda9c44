"""`slipway monitor`: a window is checked, and over once people know."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from slipway.domain.desired import Runner
from slipway.domain.naming import Site
from slipway.domain.watch import Schedule, Window
from slipway.domain.world import Drift
from slipway_cli.captured import Captured
from slipway_cli.failures import Exit, Problem
from slipway_cli.follow import Patience
from slipway_cli.monitor import Verdict, check_window, scheduled, show
from slipway_cli.stack import Stack
from slipway_drift import engine
from typer.testing import Result

from tests.simulation.fakes import MemoryBucket, MemoryLedger, MemoryMonitored, MemorySchedules
from tests.simulation.scheduler import Scheduler

Run = Callable[..., Result]

AT = 1795342500.0  # 2026-11-22T10:15:00Z
HOUR = "2026/11/22/10"
FOLDER = f"monitoring/reports/slipway-h/slipway-h/{HOUR}/"
SCHEDULE = Schedule(Runner.LAMBDA, "slipway-h", "h", "slipway-h", "monitoring/baselines/h/ab/", 1)
ROWS = "prediction,x0\n" + "".join(f"{3 * n},{n}\n" for n in range(100))


def files(factor: int) -> dict[str, bytes]:
    """What the engine writes of a window whose values are `factor` times the baseline's."""
    baseline = engine.baseline(BytesIO(ROWS.encode()), "baseline.csv")
    asked = "prediction,x0\n" + "".join(f"{3 * n * factor},{n * factor}\n" for n in range(100))
    shard = engine.profile([("a.csv", BytesIO(asked.encode()))], baseline)
    title = Window.before(AT, 1).title
    held = engine.check([shard.profile], baseline, title="h", window=title)
    return dict(held.files)


@dataclass
class Cloud:
    """As much of a deployed Slipway as a check needs: its execution ends as `ends` says, and each
    time somebody has waited, `waited` happens."""

    written: dict[str, bytes]
    ends: list[dict[str, str]]
    waited: list[Callable[[], object]] = field(default_factory=list)
    now: float = 0.0
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    monitored: MemoryMonitored = field(
        default_factory=lambda: MemoryMonitored(MemoryBucket("bucket", Scheduler()))
    )
    schedules: MemorySchedules = field(default_factory=MemorySchedules)
    theirs: MemorySchedules = field(default_factory=MemorySchedules)
    started: list[tuple[Schedule, float]] = field(default_factory=list)

    @property
    def stack(self) -> Stack:
        ports: Any = SimpleNamespace(
            minute=60.0,
            site=Site("slipway", "bucket", "eu-west-1", ""),
            ledger=self.ledger,
            monitored=self.monitored,
            schedules={Runner.LAMBDA: self.schedules, Runner.SAGEMAKER: self.theirs},
            checks=self,
        )
        session: Any = SimpleNamespace(client=lambda _service: self)
        return Stack(session, {}, ports, embedded=True)

    @property
    def patience(self) -> Patience:
        return Patience(10, 1, lambda: self.now, self.sleep)

    def start(self, schedule: Schedule, at: float) -> str:
        self.started.append((schedule, at))
        self.monitored.write(FOLDER, self.written)
        return "arn:check"

    def describe_execution(self, **asked: str) -> dict[str, str]:
        assert asked == {"executionArn": "arn:check"}
        return self.ends.pop(0) if len(self.ends) > 1 else self.ends[0]

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        if self.waited:
            self.waited.pop(0)()

    def know(self, drift: Drift) -> None:
        """IngestViolations writes what it knows on the ledger."""
        record = self.ledger.load("h")
        self.ledger.save(type(record)("h", version=record.version, drift=drift))


RUNNING, SUCCEEDED = {"status": "RUNNING"}, {"status": "SUCCEEDED"}


@pytest.fixture(scope="module")
def bad() -> dict[str, bytes]:
    return files(1000)


@pytest.fixture(scope="module")
def good() -> dict[str, bytes]:
    return files(1)


def test_a_check_is_over_when_what_it_found_was_told(bad: dict[str, bytes]) -> None:
    cloud = Cloud(bad, [RUNNING, SUCCEEDED])
    count = len(engine.findings(bad))
    drift = Drift(1, HOUR, "violations", count, HOUR)
    told = Drift(1, HOUR, "violations", count, HOUR, told=True)
    cloud.waited = [lambda: None, lambda: cloud.know(drift), lambda: cloud.know(told)]
    verdict = check_window(cloud.stack, SCHEDULE, AT, cloud.patience)
    assert (verdict.state, verdict.violations) == ("violations", count)
    assert verdict.reported.folder == FOLDER
    assert cloud.started == [(SCHEDULE, AT)]
    assert cloud.now == 3


@pytest.mark.parametrize(
    ("drift", "over"),
    [
        (Drift(1, HOUR, "no drift", told=True), True),
        (Drift(1, HOUR, "no drift"), False),
        # What the window showed when it was checked before.
        (Drift(1, HOUR, "violations", 3, HOUR, told=True), False),
        (Drift(1, "2026/11/22/09", "no drift", told=True), False),
        # A window is told of no more once a later one was.
        (Drift(1, "2026/11/22/11", "violations", 3, HOUR), True),
    ],
)
def test_what_the_ledger_has_to_say(drift: Drift, over: bool, good: dict[str, bytes]) -> None:
    cloud = Cloud(good, [SUCCEEDED])
    cloud.know(drift)
    if over:
        assert check_window(cloud.stack, SCHEDULE, AT, cloud.patience).violations == 0
        return
    with pytest.raises(Problem, match="not over after 10 seconds") as late:
        check_window(cloud.stack, SCHEDULE, AT, cloud.patience)
    assert late.value.code == Exit.LATE


def test_a_check_that_does_not_end_is_late(good: dict[str, bytes]) -> None:
    cloud = Cloud(good, [RUNNING])
    with pytest.raises(Problem, match="not over after 10 seconds") as late:
        check_window(cloud.stack, SCHEDULE, AT, cloud.patience)
    assert late.value.code == Exit.LATE


@pytest.mark.parametrize(
    ("end", "why"),
    [
        (
            {"status": "FAILED", "error": "Refused", "cause": "the baseline is gone"},
            "the check failed: the baseline is gone",
        ),
        ({"status": "TIMED_OUT", "error": "States.Timeout"}, "States.Timeout"),
        ({"status": "ABORTED"}, "the check aborted: it gave no cause"),
    ],
)
def test_a_check_that_fails_says_why(end: dict[str, str], why: str) -> None:
    cloud = Cloud({}, [RUNNING, end])
    with pytest.raises(Problem, match=why) as failed:
        check_window(cloud.stack, SCHEDULE, AT, cloud.patience)
    assert (failed.value.code, failed.value.remedy) == (Exit.REFUSED, "arn:check")


def test_what_nothing_watches_cannot_be_checked() -> None:
    cloud = Cloud({}, [])
    with pytest.raises(Problem, match="nothing watches h") as unwatched:
        scheduled(cloud.stack, "h")
    assert "`monitor: {}`" in unwatched.value.remedy
    cloud.schedules.put(SCHEDULE)
    assert scheduled(cloud.stack, "h") == SCHEDULE


def test_what_model_monitor_checks_is_not_checked_at_will() -> None:
    cloud = Cloud({}, [])
    cloud.theirs.put(replace(SCHEDULE, runner=Runner.SAGEMAKER))
    with pytest.raises(Problem, match="checked by SageMaker Model Monitor") as theirs:
        scheduled(cloud.stack, "h")
    assert theirs.value.code == Exit.REFUSED


@pytest.fixture
def shown(bad: dict[str, bytes]) -> tuple[Stack, Verdict]:
    """A window with violations that was told, and what it showed."""
    cloud = Cloud(bad, [SUCCEEDED])
    cloud.know(Drift(1, HOUR, "violations", len(engine.findings(bad)), HOUR, told=True))
    return cloud.stack, check_window(cloud.stack, SCHEDULE, AT, cloud.patience)


def test_what_people_are_told_is_shown(
    shown: tuple[Stack, Verdict], capsys: pytest.CaptureFixture[str]
) -> None:
    show(*shown, SCHEDULE, None)
    first, *told, last = capsys.readouterr().out.splitlines()
    assert first == "violations: 2026-11-22 09:00 to 10:00 UTC"
    assert any("x0" in line for line in told)
    assert last == f"report: s3://bucket/{FOLDER}report.html"


def test_the_verdict_is_the_first_line_whenever_requests_were_written(
    run: Run, bad: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud = Cloud(bad, [SUCCEEDED])
    cloud.schedules.put(SCHEDULE)
    cloud.know(Drift(1, HOUR, "violations", len(engine.findings(bad)), HOUR, told=True))
    monkeypatch.setattr("slipway_cli.monitor.time.time", lambda: AT - 3600)
    monkeypatch.setattr("slipway_cli.stack.connect", lambda _target: cloud.stack)
    monkeypatch.setattr("slipway_cli.captured.look", lambda *_: Captured(AT - 9, AT))
    found = run("monitor", "h")
    assert found.stdout.startswith("violations: "), found.stderr
    assert found.stderr.startswith("captured requests were last written: ")
    assert found.exit_code == 1


def test_every_file_of_the_window_is_fetched(
    shown: tuple[Stack, Verdict],
    bad: dict[str, bytes],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    show(*shown, SCHEDULE, tmp_path / "new" / "folder")
    fetched = {file.name: file.read_bytes() for file in (tmp_path / "new" / "folder").iterdir()}
    assert fetched == bad
    assert json.loads(fetched["slipway_drift.json"])["state"] == "violations"
    assert capsys.readouterr().out.splitlines()[-1].startswith("fetched into ")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["Housing"], "use 1 to 32 lower-case letters"),
        (["h", "--at", "2026-11-22T10:15"], "--at"),
        (["h", "--at", "yesterday"], "--at"),
        ([], "deployment"),
    ],
)
def test_what_was_typed_wrongly_is_refused(run: Run, arguments: list[str], complaint: str) -> None:
    found = run("monitor", *arguments)
    assert found.exit_code == Exit.USAGE
    assert complaint in found.stderr
