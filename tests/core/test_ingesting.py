"""What a check wrote becomes news, once, by the real engine.

check_drift ── files ──► ingest_violations ── report.html, ledger, bus, people ──► nudge
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from slipway.checking import check_drift
from slipway.domain.desired import Runner
from slipway.domain.errors import Busy, InvalidInput, Unanswered
from slipway.domain.record import TELL_SECONDS
from slipway.domain.steps import Verdict
from slipway.domain.watch import HOUR, Check, Reported, Schedule, Window, reported_at
from slipway.domain.world import Drift
from slipway.ingesting import EVENT, ingest_violations
from slipway.looking import change
from slipway.release import announce, decide_release
from slipway_drift import engine

from tests.core.conftest import IMAGE, Advance, Captured, House
from tests.simulation.fakes import MemoryBus

# 2026-11-22T00:15:00Z, and the first hour of the window that had ended then.
MIDNIGHT = 1795306500.0

Due = Callable[..., Reported]


@pytest.fixture
def checked(watched: House, captured: Captured) -> Due:
    """`checked(10)`: check the window that was due at 10 o'clock; which it is. Its requests are
    good, or `factor` times as large."""

    def check(due: int, factor: int = 1, rows: int = 100) -> Reported:
        schedule = watched.schedules[Runner.LAMBDA].made["slipway-h"]
        at = MIDNIGHT + due * HOUR
        (hour,) = Window.before(at, 1).folders
        key = f"capture/slipway-h/AllTraffic/{hour}/a.jsonl"
        watched.monitored.files[key] = captured(range(rows), factor)
        folder = check_drift(watched.ports, Check(schedule, at), engine).folder
        found = reported_at(watched.ports.site, f"{folder}slipway_drift.json")
        assert found is not None
        return found

    return check


def ingest(house: House, reported: Reported) -> Drift | None:
    return ingest_violations(house.ports, reported, engine)


def noted(house: House) -> list[str]:
    return [m.why for m in house.ports.ledger.history("h") if m.what == "Checked"]


def page(house: House, reported: Reported) -> str:
    return house.monitored.files[f"{reported.folder}report.html"].decode()


def write(house: House, reported: Reported, files: Mapping[str, bytes]) -> None:
    house.monitored.write(reported.folder, files)


def test_violations_are_told_on_the_ledger_on_the_bus_and_to_people(
    watched: House, checked: Due
) -> None:
    reported = checked(10, 1000)
    drift = ingest(watched, reported)
    assert drift is not None
    assert (drift.state, drift.hour, drift.since) == (
        "violations",
        "2026/11/22/10",
        "2026/11/22/10",
    )
    assert watched.ports.ledger.load("h").drift == replace(drift, told=True)
    window = "2026-11-22 09:00 to 10:00 UTC"
    assert noted(watched) == [f"{window}: violations, {drift.violations} findings"]
    ((kind, event),) = watched.bus.events
    report = f"s3://bucket/{reported.folder}report.html"
    assert kind == EVENT
    assert {name: value for name, value in event.items() if name != "violations"} == {
        "deployment": "h",
        "endpoint": "slipway-h",
        "schedule": "slipway-h",
        "window": "2026/11/22/10",
        "since": "2026/11/22/10",
        "violationCount": drift.violations,
        "report": report,
    }
    listed: Any = event["violations"]
    assert len(listed) == drift.violations
    assert {"prediction", "x0"} <= {each["feature"] for each in listed}
    assert "baseline_drift_check" in {each["check"] for each in listed}
    ((deployment, subject, message),) = watched.announcements.drifts
    assert (deployment, subject) == ("h", "h: drift")
    assert window in message
    assert message.endswith(f"\n\nReport: {report}\n")
    assert "prediction" in page(watched, reported)


@pytest.mark.parametrize(
    ("rows", "state"), [(100, "no drift"), (10, "too little data"), (0, "no data")]
)
def test_a_window_without_violations_is_noted_and_drawn_and_nobody_is_told(
    rows: int, state: str, watched: House, checked: Due
) -> None:
    reported = checked(10, rows=rows)
    drift = ingest(watched, reported)
    assert drift is not None
    assert (drift.state, drift.violations, drift.since) == (state, 0, "")
    assert f": {state}, " in noted(watched)[0]
    assert (watched.bus.events, watched.announcements.drifts) == ([], [])
    assert "<html" in page(watched, reported)


def test_the_same_news_again_changes_nothing(watched: House, checked: Due) -> None:
    reported = checked(10, 1000)
    ingest(watched, reported)
    record, files = watched.ports.ledger.load("h"), dict(watched.monitored.files)
    watched.cloud.pass_time(10 * TELL_SECONDS)
    assert ingest(watched, reported) == record.drift
    assert watched.ports.ledger.load("h") == record
    assert watched.monitored.files == files
    assert len(watched.bus.events) == len(watched.announcements.drifts) == len(noted(watched)) == 1


def test_a_window_that_was_checked_again_and_shows_something_else_is_told_again(
    watched: House, checked: Due
) -> None:
    ingest(watched, checked(10, 1000))
    drift = ingest(watched, checked(10))
    assert drift is not None
    assert (drift.state, drift.since) == ("no drift", "")
    assert len(watched.announcements.drifts) == 1
    assert ingest(watched, checked(10, 2000)) is not None
    assert len(watched.announcements.drifts) == 2


class Deaf(MemoryBus):
    """A bus that does not answer."""

    def put(self, detail_type: str, detail: Mapping[str, object]) -> None:
        raise Unanswered(f"{detail_type}: {len(detail)} fields, and no answer")


def test_who_dies_while_telling_is_waited_for_and_then_replaced(
    watched: House, checked: Due
) -> None:
    reported = checked(10, 1000)
    with pytest.raises(Unanswered):
        ingest_violations(replace(watched.ports, bus=Deaf()), reported, engine)
    drift = watched.ports.ledger.load("h").drift
    assert drift is not None
    assert not drift.told
    watched.cloud.pass_time(TELL_SECONDS - 1)
    with pytest.raises(Busy, match="somebody else tells of the window 2026/11/22/10"):
        ingest(watched, reported)
    assert watched.announcements.drifts == []
    watched.cloud.pass_time(1)
    ingest(watched, reported)
    assert len(watched.bus.events) == len(watched.announcements.drifts) == 1
    told = watched.ports.ledger.load("h").drift
    assert told is not None
    assert told.told


def test_an_older_window_is_drawn_anew_and_not_told(watched: House, checked: Due) -> None:
    ingest(watched, checked(11))
    known = watched.ports.ledger.load("h").drift
    older = checked(10, 1000)
    assert ingest(watched, older) is None
    assert watched.ports.ledger.load("h").drift == known
    assert watched.announcements.drifts == []
    assert "2026-11-22 09:00 to 10:00 UTC" in page(watched, older)


@pytest.mark.parametrize(
    ("windows", "since"),
    [
        # The factor of each window's requests, None where there are none; then since when.
        ([1000], [10]),
        ([1000, 1000, 1000], [10, 10, 10]),
        ([1, 1000, 1000], [None, 11, 11]),
        ([1000, 1, 1000], [10, None, 12]),
        ([1000, 1000, 1, 1], [10, 10, None, None]),
        # A window without requests says nothing, so it ends nothing.
        ([1000, None, 1000], [10, 10, 10]),
        ([1000, None, 1], [10, 10, None]),
        ([None, 1000], [None, 11]),
    ],
)
def test_windows_with_violations_in_a_row_have_begun_with_the_first(
    windows: list[int | None], since: list[int | None], watched: House, checked: Due
) -> None:
    begun = []
    for due, factor in enumerate(windows, start=10):
        drift = ingest(watched, checked(due, factor or 1, rows=100 if factor else 0))
        assert drift is not None
        begun.append(drift.since)
        told = len(watched.announcements.drifts)
    assert told == windows.count(1000)
    assert begun == [f"2026/11/22/{due}" if due else "" for due in since]


def test_people_are_told_since_when_in_words(watched: House, checked: Due) -> None:
    for due in (10, 11):
        ingest(watched, checked(due, 1000))
    _, _, message = watched.announcements.drifts[-1]
    assert "2026-11-22 09:00 to 10:00 UTC" in message
    assert "2026-11-22 10:00 to 11:00 UTC" in message


def test_the_report_shows_how_the_windows_before_were(watched: House, checked: Due) -> None:
    for due, factor in ((9, 1), (10, 1), (11, 1000)):
        ingest(watched, last := checked(due, factor))
    assert "The last 3 windows" in page(watched, last)


def test_a_check_that_is_still_writing_is_waited_for(watched: House, checked: Due) -> None:
    reported = checked(10, 1000, rows=10)
    summary = watched.monitored.files.pop(f"{reported.folder}slipway_drift.json")
    # Taken alone, the violations are some: that the rows are too few stands in the summary.
    assert f"{reported.folder}constraint_violations.json" in watched.monitored.files
    assert ingest(watched, reported) is None
    assert watched.ports.ledger.load("h").drift is None
    write(watched, reported, {"slipway_drift.json": summary})
    drift = ingest(watched, reported)
    assert drift is not None
    assert (drift.state, watched.announcements.drifts) == ("too little data", [])


def test_a_damaged_window_before_keeps_nobody_from_being_told(watched: House, checked: Due) -> None:
    write(watched, checked(9), {"slipway_drift.json": b"{"})
    ingest(watched, checked(10, 1000))
    assert len(watched.announcements.drifts) == 1


class TestOtherRunners:
    """Windows that Slipway's own checks did not write: they have no slipway_drift.json."""

    @pytest.fixture
    def reported(self) -> Reported:
        return Reported("h", "slipway-h", "by-hand", "2026/11/22/10")

    def violations(self, count: int = 1, description: str = "too far") -> bytes:
        found = [
            {
                "feature_name": f"x{number}",
                "constraint_check_type": "baseline_drift_check",
                "description": description,
            }
            for number in range(count)
        ]
        return json.dumps({"violations": found}).encode()

    def test_violations_alone_are_enough(self, watched: House, reported: Reported) -> None:
        write(watched, reported, {"constraint_violations.json": self.violations()})
        drift = ingest(watched, reported)
        assert drift is not None
        assert (drift.state, drift.violations, drift.since) == ("violations", 1, "2026/11/22/10")
        ((_, event),) = watched.bus.events
        assert event["schedule"] == "by-hand"
        assert event["violations"] == [
            {"feature": "x0", "check": "baseline_drift_check", "description": "too far"}
        ]
        assert "too far" in page(watched, reported)

    def test_what_model_monitor_writes_is_drawn_against_the_baseline(
        self, watched: House, checked: Due, reported: Reported
    ) -> None:
        ours = checked(10, 1000)
        names = ("statistics.json", "constraints.json", "constraint_violations.json")
        write(watched, reported, watched.monitored.read(ours.folder, names))
        drift = ingest(watched, reported)
        assert drift is not None
        assert drift.state == "violations"
        assert drift.violations == len(
            engine.findings(watched.monitored.read(ours.folder, ["constraint_violations.json"]))
        )
        drawn = page(watched, reported)
        assert drawn.count("<svg") >= 3
        assert "2026-11-22 09:00 to 10:00 UTC" in drawn

    def test_statistics_that_cannot_be_drawn_are_named_and_change_nothing(
        self, watched: House, reported: Reported
    ) -> None:
        files = {"statistics.json": b"{", "constraint_violations.json": self.violations()}
        write(watched, reported, files)
        before = watched.ports.ledger.load("h")
        with pytest.raises(InvalidInput, match=r"2026/11/22/10/: statistics\.json"):
            ingest(watched, reported)
        assert watched.ports.ledger.load("h") == before

    def test_an_empty_list_of_violations_is_no_drift(
        self, watched: House, reported: Reported
    ) -> None:
        write(watched, reported, {"constraint_violations.json": self.violations(0)})
        drift = ingest(watched, reported)
        assert drift is not None
        assert (drift.state, watched.announcements.drifts) == ("no drift", [])

    def test_an_event_holds_the_first_of_many_violations(
        self, watched: House, reported: Reported
    ) -> None:
        write(watched, reported, {"constraint_violations.json": self.violations(30, "x" * 9000)})
        ingest(watched, reported)
        ((_, event),) = watched.bus.events
        listed: Any = event["violations"]
        assert (event["violationCount"], len(listed)) == (30, 20)
        assert {len(each["description"]) for each in listed} == {500}
        # A call of PutEvents takes 256 KB.
        assert len(json.dumps(event)) < 256 * 1024

    def test_a_deployment_that_nobody_knows_has_news_as_well(self, house: House) -> None:
        reported = Reported("ghost", "slipway-ghost", "by-hand", "2026/11/22/10")
        write(house, reported, {"constraint_violations.json": self.violations()})
        drift = ingest(house, reported)
        assert drift is not None
        assert (drift.generation, drift.state) == (0, "violations")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("slipway_drift.json", b"{"),
        ("slipway_drift.json", b"[]"),
        ("slipway_drift.json", b'{"version": 1}'),
        ("slipway_drift.json", b'{"version": 1, "state": "violations"}'),
        ("constraint_violations.json", b"\xff\xfe"),
        ("constraint_violations.json", b'{"violations": 7}'),
        ("slipway_violations.json", b"violations"),
    ],
)
def test_files_that_cannot_be_read_are_named_and_change_nothing(
    name: str, content: bytes, watched: House, checked: Due
) -> None:
    reported = checked(10, 1000)
    write(watched, reported, {name: content})
    before = watched.ports.ledger.load("h")
    with pytest.raises(InvalidInput) as refused:
        ingest(watched, reported)
    assert str(refused.value).startswith(f"s3://bucket/{reported.folder}: {name}")
    assert watched.ports.ledger.load("h") == before
    assert watched.announcements.drifts == []


def hold(house: House, advance: Advance, execution: str) -> None:
    """Let the manifest hold the deployment where its requests drift, and release that."""
    manifest = "capture: {percentage: 100}\nmonitor: {on_violation: hold}"
    house.bucket.upload("models/h/slipway.yaml", f"{IMAGE}\n{manifest}".encode())
    announce(house.ports, advance("Announce", execution))


def test_violations_hold_the_deployment_where_the_manifest_says_so(
    watched: House, checked: Due, advance: Advance
) -> None:
    hold(watched, advance, "two")
    drift = ingest(watched, checked(10, 1000))
    assert drift is not None
    assert len(watched.executions.started) == 1
    announce(watched.ports, advance("Announce", "three"))
    verdict = watched.announcements.told[-1]
    assert verdict.verdict == Verdict.HELD
    assert verdict.reason == (
        f"drift: {drift.violations} violations of the baseline, since 2026/11/22/10; "
        "upload a new model or new baseline data; version 1 serves on"
    )
    ingest(watched, checked(11))
    assert len(watched.executions.started) == 2
    announce(watched.ports, advance("Announce", "four"))
    assert watched.announcements.told[-1].verdict == Verdict.RELEASED


def test_to_try_again_is_no_answer_to_drift(watched: House, checked: Due, advance: Advance) -> None:
    hold(watched, advance, "two")
    ingest(watched, checked(10, 1000))
    announce(watched.ports, advance("Announce", "three"))
    decide_release(watched.ports, "h", "four", again=True)
    announce(watched.ports, advance("Announce", "four"))
    verdict = watched.announcements.told[-1]
    assert (verdict.verdict, verdict.reason.partition(":")[0]) == (Verdict.HELD, "drift")
    drift = watched.ports.ledger.load("h").drift
    assert drift is not None
    assert drift.since == "2026/11/22/10"


def test_drift_of_the_data_before_holds_nothing(
    watched: House, checked: Due, advance: Advance
) -> None:
    hold(watched, advance, "two")
    drift = ingest(watched, checked(10, 1000))
    assert drift is not None
    record = watched.ports.ledger.load("h")
    assert record.desired is not None
    assert drift.generation == record.desired.generation
    watched.bucket.upload("models/h/baseline.csv", b"prediction,x0,x1\n1,2,3\n")
    announce(watched.ports, advance("Announce", "three"))
    assert watched.announcements.told[-1].verdict == Verdict.RELEASED


def test_nobody_is_nudged_where_people_are_told_only(watched: House, checked: Due) -> None:
    ingest(watched, checked(10, 1000))
    assert watched.executions.started == []


def test_news_that_a_later_window_overtakes_stay_untold(watched: House, checked: Due) -> None:
    later = Drift(1, "2026/11/22/11", "no drift")

    class Overtaken(MemoryBus):
        def put(self, detail_type: str, detail: Mapping[str, object]) -> None:
            super().put(detail_type, detail)
            change(watched.ports, "h", lambda record: replace(record, drift=later))

    ingest_violations(replace(watched.ports, bus=Overtaken()), checked(10, 1000), engine)
    assert watched.ports.ledger.load("h").drift == later


def test_a_window_of_some_hours_is_titled_by_all_of_them(
    watched: House, captured: Captured, advance: Advance
) -> None:
    manifest = "capture: {percentage: 100}\nmonitor: {every: 6h}"
    watched.bucket.upload("models/h/slipway.yaml", f"{IMAGE}\n{manifest}".encode())
    announce(watched.ports, advance("Announce", "two"))
    schedule: Schedule = watched.schedules[Runner.LAMBDA].made["slipway-h"]
    at = MIDNIGHT + 12 * HOUR
    for hour in Window.before(at, 6).folders:
        key = f"capture/slipway-h/AllTraffic/{hour}/a.jsonl"
        watched.monitored.files[key] = captured(range(100), 1000)
    folder = check_drift(watched.ports, Check(schedule, at), engine).folder
    reported = reported_at(watched.ports.site, folder)
    assert reported is not None
    ingest(watched, reported)
    assert noted(watched)[0].startswith("2026-11-22 06:00 to 12:00 UTC: violations")
