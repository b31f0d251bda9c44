"""The steps that see to it that an endpoint is watched. When they are owed, tests/domain says."""

import json
from dataclasses import dataclass, replace
from typing import Any

import pytest
from slipway.domain.alarms import Metric
from slipway.domain.desired import MissingData, Runner
from slipway.domain.errors import LeaseLost, Unanswered
from slipway.domain.steps import Announce, name
from slipway.domain.watch import Schedule
from slipway.looking import change
from slipway.release import announce, decide_release
from slipway.stepping import Task
from slipway.watching import build_baseline, watch_endpoint
from slipway_drift import engine

from tests.core.conftest import DATA, IMAGE, MONITORED, STEPS, Advance, Archive, House
from tests.simulation.fakes import MemorySchedules

NAME = "slipway-h"


def deploy(house: House, archive: Archive, data: bytes = DATA, kind: str = "csv") -> None:
    configure(house, MONITORED)
    house.bucket.upload(f"models/h/baseline.{kind}", data)
    house.bucket.upload("models/h/model.tar.gz", archive({"weights.txt": b"0.5"}))


def configure(house: House, manifest: str) -> None:
    house.bucket.upload("models/h/slipway.yaml", f"{IMAGE}\n{manifest}".encode())


def document(house: House, suffix: str) -> Any:  # noqa: ANN401 - JSON
    (key,) = (key for key in house.monitored.files if key.endswith(suffix))
    return json.loads(house.monitored.files[key])


def test_what_is_normal_is_kept_where_checks_look_for_it(
    house: House, archive: Archive, advance: Advance
) -> None:
    deploy(house, archive)
    told = build_baseline(house.ports, advance("BuildBaseline"), engine)
    folder, prefix = house.ports.ledger.load("h").baseline, "monitoring/baselines/h/"
    assert folder is not None
    assert folder.folder.startswith(prefix)
    files = "statistics.json, constraints.json, slipway_baseline.json"
    head, *found = told.splitlines()
    assert head == f"{files} of models/h/baseline.csv in {folder.folder}"
    assert found[0].startswith("x0: it equals, but for its unit, `prediction`")
    assert document(house, "/statistics.json")["dataset"]["item_count"] == 100
    constraints = document(house, "/constraints.json")
    assert [f["name"] for f in constraints["features"]] == ["prediction", "x0", "x1"]


def test_a_schedule_that_is_never_as_it_was_put_ends_in_a_verdict(
    house: House, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def otherwise(schedules: MemorySchedules, schedule: Schedule) -> None:
        schedules.made[schedule.name] = replace(schedule, every=schedule.every + 1)

    monkeypatch.setattr(MemorySchedules, "put", otherwise)
    deploy(house, archive)
    steps = []
    for _ in range(60):
        found = decide_release(house.ports, "h", "one")
        steps.append(name(found.step))
        if isinstance(found.step, Announce):
            break
        house.cloud.pass_time(30)
        if steps[-1] != "AwaitChange":
            STEPS[steps[-1]](house.ports, Task("h", found.record.fence, "one"))
    # Created once, then updated ten times, and owed once more.
    assert (steps.count("WatchEndpoint"), found.step.verdict) == (12, "Held")
    assert "it was done 10 times in this release and is still owed" in found.step.reason
    assert "something else than what it was asked for" in found.step.reason


def test_the_manifest_s_thresholds_are_the_constraints_own(
    house: House, archive: Archive, advance: Advance
) -> None:
    deploy(house, archive)
    build_baseline(house.ports, advance("BuildBaseline"), engine)
    config = document(house, "/constraints.json")["monitoring_config"]
    assert config["distribution_constraints"]["comparison_threshold"] == 0.2
    # Slipway's own limits are no part of Model Monitor's file: the schedule has them.
    assert "minimum_rows" not in json.dumps(config)


def test_the_answers_are_where_the_manifest_says_they_are(
    house: House, archive: Archive, advance: Advance
) -> None:
    deploy(house, archive)
    build_baseline(house.ports, advance("BuildBaseline"), engine)
    first = house.ports.ledger.load("h").baseline
    configure(house, "capture: {percentage: 100}\nmonitor: {outputs: last}")
    build_baseline(house.ports, advance("BuildBaseline"), engine)
    second = house.ports.ledger.load("h").baseline
    # Another place is another baseline.
    assert first
    assert second
    told = [
        json.loads(house.monitored.files[f"{built.folder}slipway_baseline.json"])["outputs"]
        for built in (first, second)
    ]
    assert told == [["prediction"], ["x1"]]


def test_a_column_that_there_is_not_holds_the_release(
    house: House, archive: Archive, advance: Advance
) -> None:
    deploy(house, archive)
    configure(house, "capture: {percentage: 100}\nmonitor: {outputs: [price]}")
    told = build_baseline(house.ports, advance("BuildBaseline"), engine)
    assert "outputs: `price` is no column of the baseline" in told


def test_a_table_without_a_header_is_all_rows(
    house: House, archive: Archive, advance: Advance
) -> None:
    deploy(house, archive, DATA.partition(b"\n")[2])
    configure(house, "capture: {percentage: 100}\nmonitor: {header: false}")
    build_baseline(house.ports, advance("BuildBaseline"), engine)
    assert document(house, "/statistics.json")["dataset"]["item_count"] == 100


@pytest.mark.parametrize(
    ("data", "kind", "why"),
    [
        (b"prediction,x0\n", "csv", "no rows"),
        (b"{", "json", "models/h/baseline.json: "),
        (b"PAR1", "parquet", "models/h/baseline.parquet: "),
    ],
)
def test_data_that_cannot_be_used_holds_the_release_and_says_why(
    data: bytes, kind: str, why: str, house: House, archive: Archive, advance: Advance
) -> None:
    deploy(house, archive, data, kind)
    told = build_baseline(house.ports, advance("BuildBaseline"), engine)
    assert why in told
    assert house.monitored.files == {}
    announce(house.ports, advance("Announce"))
    (verdict,) = house.announcements.told
    assert verdict.reason == f"monitor: baseline refused: {told}; version 1 serves on"


def test_a_baseline_is_built_once(house: House, archive: Archive, advance: Advance) -> None:
    deploy(house, archive)
    task = advance("BuildBaseline")
    build_baseline(house.ports, task, engine)
    again = build_baseline(house.ports, task, engine)
    assert again == "not needed any more; now WatchEndpoint"


def test_a_schedule_and_an_alarm_are_made_as_the_manifest_says(watched: House) -> None:
    baseline = watched.ports.ledger.load("h").baseline
    assert baseline is not None
    limits = (("minimum_rows", 20.0),)
    schedule = Schedule(Runner.LAMBDA, NAME, "h", NAME, baseline.folder, 1, limits)
    assert watched.schedules[Runner.LAMBDA].made == {NAME: schedule}
    (alarm,) = watched.alarms.made.values()
    assert (alarm.name, alarm.period) == (f"{NAME}-drift", 3600)
    # As telemetry.count writes it: powertools adds the service.
    dimensions = (("deployment", "h"), ("service", "slipway"))
    assert alarm.metric == Metric("Slipway", "Violations", "Maximum", dimensions)
    assert watched.ports.ledger.load("h").runners == (Runner.LAMBDA,)


def test_what_watches_is_made_once(house: House, archive: Archive, advance: Advance) -> None:
    deploy(house, archive)
    task = advance("WatchEndpoint")
    assert watch_endpoint(house.ports, task) == f"create of what watches {NAME}"
    assert watch_endpoint(house.ports, task) == "not needed any more; now Announce"


@pytest.mark.parametrize(
    "manifest",
    [
        "capture: {percentage: 100}\nmonitor: {every: 6h, missing_data: breaching}",
        "capture: {percentage: 100}\nmonitor: {thresholds: {ks: 0.5}}",
        "capture: {percentage: 100}\nmonitor: {thresholds: {comparison_threshold: 0.4}}",
    ],
)
def test_a_changed_manifest_changes_what_watches(
    manifest: str, watched: House, advance: Advance
) -> None:
    before = dict(watched.schedules[Runner.LAMBDA].made)
    configure(watched, manifest)
    told = watch_endpoint(watched.ports, advance("WatchEndpoint", "two"))
    assert told == f"update of what watches {NAME}"
    wanted = advance("Announce", "two")
    assert watched.schedules[Runner.LAMBDA].made.keys() == before.keys()
    assert watched.schedules[Runner.LAMBDA].made != before
    announce(watched.ports, wanted)


def test_what_somebody_deletes_is_put_back_as_it_was_while_a_version_is_held(
    watched: House, advance: Advance
) -> None:
    schedules, alarms = watched.schedules[Runner.LAMBDA].made, watched.alarms.made
    before = dict(schedules), dict(alarms), set(watched.monitored.files)
    configure(watched, MONITORED.replace("monitor:", "monitor: {every: 6h}\n#"))
    watched.bucket.upload("models/h/model.tar.gz", b"no archive")
    announce(watched.ports, advance("Announce", "two"))
    assert watched.announcements.told[-1].verdict == "Held"
    schedules.clear()
    alarms.clear()
    announce(watched.ports, advance("Announce", "three"))
    assert (schedules, alarms, set(watched.monitored.files)) == before
    assert len(watched.announcements.told) == 2


def test_new_data_is_another_baseline_and_checks_use_it(watched: House, advance: Advance) -> None:
    before = watched.schedules[Runner.LAMBDA].made[NAME].baseline
    watched.bucket.upload("models/h/baseline.csv", DATA * 2)
    announce(watched.ports, advance("Announce", "two"))
    after = watched.schedules[Runner.LAMBDA].made[NAME].baseline
    assert after != before
    assert {f"{before}statistics.json", f"{after}statistics.json"} <= watched.monitored.files.keys()


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody's change by hand to what watches."""

    schedule: dict[str, Any] | None
    alarm: dict[str, Any] | None


@pytest.mark.parametrize(
    "hand",
    [
        Hand(schedule=None, alarm={}),
        Hand(schedule={}, alarm=None),
        Hand(schedule=None, alarm=None),
        Hand(schedule={"every": 0}, alarm={}),
        Hand(schedule={"baseline": "elsewhere/"}, alarm={"missing_data": MissingData.IGNORE}),
    ],
)
def test_what_somebody_changed_by_hand_is_put_back(
    hand: Hand, watched: House, advance: Advance
) -> None:
    schedules, alarms = watched.schedules[Runner.LAMBDA].made, watched.alarms.made
    schedule, alarm = schedules.pop(NAME), alarms.pop(f"{NAME}-drift")
    if hand.schedule is not None:
        schedules[NAME] = replace(schedule, **hand.schedule)
    if hand.alarm is not None:
        alarms[alarm.name] = replace(alarm, **hand.alarm)
    watch_endpoint(watched.ports, advance("WatchEndpoint", "two"))
    assert (schedules, alarms) == ({NAME: schedule}, {alarm.name: alarm})


def test_what_nobody_wants_any_more_is_deleted(watched: House, advance: Advance) -> None:
    configure(watched, "capture: {percentage: 100}")
    task = advance("WatchEndpoint", "two")
    assert watch_endpoint(watched.ports, task) == f"delete of what watches {NAME}"
    assert watched.schedules[Runner.LAMBDA].made == {}
    assert watched.alarms.made == {}
    assert watched.ports.ledger.load("h").runners == ()
    assert watch_endpoint(watched.ports, task) == "not needed any more; now Announce"


def test_another_runner_takes_over(watched: House, advance: Advance) -> None:
    configure(watched, "capture: {percentage: 100}\nmonitor: {runner: sagemaker}")
    watch_endpoint(watched.ports, advance("WatchEndpoint", "two"))
    assert watched.schedules[Runner.LAMBDA].made == {}
    made = watched.schedules[Runner.SAGEMAKER].made[NAME]
    # Model Monitor's container knows none of Slipway's own checks.
    assert (made.runner, made.limits) == (Runner.SAGEMAKER, ())
    assert watched.alarms.made.keys() == {f"{NAME}-drift"}
    assert watched.ports.ledger.load("h").runners == (Runner.SAGEMAKER,)


class Mute(MemorySchedules):
    """A scheduler that makes what it is told and never says so."""

    def put(self, schedule: Schedule) -> None:
        super().put(schedule)
        raise Unanswered("a time-out")


def test_what_a_release_made_before_it_died_is_found_by_the_next(
    house: House, archive: Archive, advance: Advance
) -> None:
    deploy(house, archive)
    mute = Mute()
    ports = replace(house.ports, schedules={**house.schedules, Runner.LAMBDA: mute})
    with pytest.raises(Unanswered):
        watch_endpoint(ports, advance("WatchEndpoint"))
    assert mute.made
    assert house.ports.ledger.load("h").runners == (Runner.LAMBDA,)
    house.schedules[Runner.LAMBDA].made.update(mute.made)
    configure(house, "capture: {percentage: 100}")
    watch_endpoint(house.ports, advance("WatchEndpoint", "two"))
    assert house.schedules[Runner.LAMBDA].made == {}


@pytest.mark.parametrize("step", ["BuildBaseline", "WatchEndpoint"])
def test_a_release_that_lost_its_lease_changes_nothing(
    step: str, house: House, archive: Archive, advance: Advance
) -> None:
    deploy(house, archive)
    task = advance(step)
    change(house.ports, "h", lambda r: replace(r, lease=None))
    before = dict(house.monitored.files)
    with pytest.raises(LeaseLost):
        STEPS[step](house.ports, task)
    assert house.monitored.files == before
    assert house.schedules[Runner.LAMBDA].made == {}
