"""A window held against its baseline, at once or in shards, by the real engine."""

import json
import math
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slipway import checking
from slipway.checking import check_drift, profile_capture
from slipway.domain.desired import Runner
from slipway.domain.errors import Refused
from slipway.domain.watch import Check, Outcome, Schedule
from slipway_drift import engine

from tests.core.conftest import Captured, House

# 2026-11-22T10:15:00Z: the check of the hour before, when its captures have come.
AT = 1795342500.0
HOUR = "2026/11/22/09"
REPORT = "monitoring/reports/slipway-h/slipway-h/2026/11/22/10/"
SHARDS = "monitoring/shards/slipway-h/slipway-h/"


@pytest.fixture
def schedule(watched: House) -> Schedule:
    """The schedule of the deployment `h`, which is released and watched."""
    return watched.schedules[Runner.LAMBDA].made["slipway-h"]


def capture(house: House, name: str, content: bytes, hour: str = HOUR) -> str:
    key = f"capture/slipway-h/AllTraffic/{hour}/{name}.jsonl"
    house.monitored.files[key] = content
    return key


def files(house: House) -> dict[str, bytes]:
    """The window's files by their names."""
    return {
        key.removeprefix(REPORT): content
        for key, content in house.monitored.files.items()
        if key.startswith(REPORT)
    }


def summary(house: House) -> Any:  # noqa: ANN401 - JSON
    return json.loads(files(house)["slipway_drift.json"])


def profile_all(house: House, schedule: Schedule, outcome: Outcome) -> list[list[str]]:
    """Do what the state machine's map does; the shards."""
    shards = [item["keys"] for item in json.loads(house.monitored.files[outcome.shards])]
    for keys in shards:
        profile_capture(house.ports, schedule, keys, engine)
    return shards


ALWAYS = {"statistics.json", "constraints.json", "slipway_drift.json"}
VIOLATED = {"constraint_violations.json", "slipway_violations.json"}


@pytest.mark.parametrize(
    ("captures", "state", "written"),
    [
        ([], "no data", set()),
        # Ten rows in a row are far from a hundred, too.
        ([(range(10), 1)], "too little data", VIOLATED),
        ([(range(60), 1), (range(60, 100), 1)], "no drift", set()),
        ([(range(100), 1000)], "violations", VIOLATED),
    ],
)
def test_a_small_window_is_checked_at_once(
    captures: list[tuple[range, int]],
    state: str,
    written: set[str],
    watched: House,
    schedule: Schedule,
    captured: Captured,
) -> None:
    for number, (rows, factor) in enumerate(captures):
        capture(watched, f"{number}", captured(rows, factor))
    assert check_drift(watched.ports, Check(schedule, AT), engine) == Outcome(REPORT, state)
    assert files(watched).keys() == ALWAYS | written
    told = summary(watched)
    assert (told["state"], told["title"]) == (state, "h")
    assert told["window"] == "2026-11-22 09:00 to 10:00 UTC"


def test_answers_pair_with_the_place_that_the_baseline_says_is_theirs(
    watched: House, schedule: Schedule, captured: Captured
) -> None:
    capture(watched, "a", captured(range(100)))
    about = f"{schedule.baseline}slipway_baseline.json"
    assert check_drift(watched.ports, Check(schedule, AT), engine).state == "no drift"
    held = json.loads(watched.monitored.files[about])
    watched.monitored.files[about] = json.dumps({**held, "outputs": ["x1"]}).encode()
    assert check_drift(watched.ports, Check(schedule, AT), engine).state == "violations"
    # A baseline of before says nothing of it: its first column is the answer.
    del watched.monitored.files[about]
    assert check_drift(watched.ports, Check(schedule, AT), engine).state == "no drift"


def test_only_the_hours_of_the_window_count(
    watched: House, schedule: Schedule, captured: Captured
) -> None:
    capture(watched, "a", captured(range(100)))
    for hour in ("2026/11/22/08", "2026/11/22/10", "2026/11/21/09"):
        capture(watched, "a", captured(range(100), 1000), hour)
    assert check_drift(watched.ports, Check(schedule, AT), engine).state == "no drift"


def test_the_manifest_s_limits_are_those_of_the_check(
    watched: House, schedule: Schedule, captured: Captured
) -> None:
    capture(watched, "a", captured(range(20)))
    # Of the 30 rows that Slipway's own checks want by default the manifest wants 20.
    assert dict(schedule.limits) == {"minimum_rows": 20.0}
    assert check_drift(watched.ports, Check(schedule, AT), engine).state != "too little data"


def test_what_cannot_be_read_is_kept_beside_the_report(
    watched: House, schedule: Schedule, captured: Captured
) -> None:
    capture(watched, "a", captured(range(100)) + b"no record\n")
    check_drift(watched.ports, Check(schedule, AT), engine)
    (rejected,) = files(watched)["rejected.jsonl"].splitlines()
    assert b"no record" in rejected


def test_the_window_s_metrics_are_of_its_end(
    watched: House, schedule: Schedule, captured: Captured
) -> None:
    capture(watched, "a", captured(range(100)))
    check_drift(watched.ports, Check(schedule, AT), engine)
    ((endpoint, name, at, metrics),) = watched.measurements.put_at
    assert (endpoint, name, at) == ("slipway-h", "slipway-h", AT - 900)
    assert {metric.name: metric.value for metric in metrics}["rows"] == 100


def test_who_hears_of_a_file_finds_all_that_it_reads(
    watched: House, schedule: Schedule, captured: Captured
) -> None:
    capture(watched, "a", captured(range(100), 1000) + b"no record\n")
    check_drift(watched.ports, Check(schedule, AT), engine)
    assert [*files(watched)] == [
        "statistics.json",
        "constraints.json",
        "rejected.jsonl",
        "slipway_violations.json",
        # The rule lets these two through.
        "constraint_violations.json",
        "slipway_drift.json",
    ]


def test_a_window_that_is_checked_again_keeps_nothing_of_the_check_before(
    watched: House, schedule: Schedule, captured: Captured
) -> None:
    key = capture(watched, "a", captured(range(100), 1000) + b"no record\n")
    check_drift(watched.ports, Check(schedule, AT), engine)
    watched.monitored.files[key] = captured(range(100))
    assert check_drift(watched.ports, Check(schedule, AT), engine).state == "no drift"
    assert files(watched).keys() == ALWAYS


@pytest.mark.parametrize("lost", ["statistics.json", "constraints.json"])
def test_without_its_baseline_a_window_cannot_be_checked(
    lost: str, watched: House, schedule: Schedule
) -> None:
    del watched.monitored.files[f"{schedule.baseline}{lost}"]
    gone = "the baseline monitoring/baselines/h/.* is gone; upload its data again"
    with pytest.raises(Refused, match=gone):
        check_drift(watched.ports, Check(schedule, AT), engine)
    with pytest.raises(Refused, match=gone):
        profile_capture(watched.ports, schedule, [], engine)


class TestLargeWindows:
    """A window above the bound, which is some KB here, is profiled in shards."""

    @pytest.fixture(autouse=True)
    def _small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(checking, "LARGE", 8_000)
        monkeypatch.setattr(checking, "SHARD", 6_000)

    @pytest.fixture
    def keys(self, watched: House, captured: Captured) -> list[str]:
        """The captures of a window whose second half is bad, and partly not to be read."""
        parts = [captured(range(n, n + 10), 1 if n < 50 else 1000) for n in range(0, 100, 10)]
        return [
            capture(watched, f"{number}", part + b"no record\n" * (number == 7))
            for number, part in enumerate(parts)
        ]

    def test_the_shards_are_owed_first(
        self, watched: House, schedule: Schedule, keys: list[str]
    ) -> None:
        owed = check_drift(watched.ports, Check(schedule, AT), engine)
        assert (owed.folder, owed.state) == (REPORT, "")
        assert owed.shards.startswith(SHARDS)
        assert files(watched) == {}
        assert watched.measurements.put_at == []
        shards = [item["keys"] for item in json.loads(watched.monitored.files[owed.shards])]
        assert len(shards) > 2
        assert [key for shard in shards for key in shard] == keys

    def test_nothing_is_merged_until_the_last_shard_is_there(
        self, watched: House, schedule: Schedule, keys: list[str]
    ) -> None:
        del keys
        owed = check_drift(watched.ports, Check(schedule, AT), engine)
        *most, last = json.loads(watched.monitored.files[owed.shards])
        for item in most:
            profile_capture(watched.ports, schedule, item["keys"], engine)
            assert check_drift(watched.ports, Check(schedule, AT), engine) == owed
        profile_capture(watched.ports, schedule, last["keys"], engine)
        assert check_drift(watched.ports, Check(schedule, AT), engine).state == "violations"

    def test_the_merged_shards_say_what_one_pass_says(
        self,
        watched: House,
        schedule: Schedule,
        keys: list[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        owed = check_drift(watched.ports, Check(schedule, AT), engine)
        profile_all(watched, schedule, owed)
        merged = check_drift(watched.ports, Check(schedule, AT), engine)
        in_shards = files(watched)
        monkeypatch.setattr(checking, "LARGE", 1 << 20)
        assert check_drift(watched.ports, Check(schedule, AT), engine) == merged
        at_once = files(watched)
        assert engine.findings(in_shards) == engine.findings(at_once)
        assert in_shards.keys() == at_once.keys()
        assert len(in_shards["rejected.jsonl"].splitlines()) == 1
        assert in_shards["rejected.jsonl"] == at_once["rejected.jsonl"]
        said, told = (json.loads(each["statistics.json"]) for each in (in_shards, at_once))
        assert said["dataset"] == told["dataset"]
        assert [f["name"] for f in said["features"]] == [f["name"] for f in told["features"]]
        for ours, theirs in zip(said["features"], told["features"], strict=True):
            one, other = ours["numerical_statistics"], theirs["numerical_statistics"]
            assert one["common"] == other["common"]
            assert (one["min"], one["max"]) == (other["min"], other["max"])
            assert math.isclose(one["mean"], other["mean"])
            assert math.isclose(one["std_dev"], other["std_dev"])
        assert len(keys) == 10

    def test_a_profile_says_where_it_is_and_its_rejects_are_there_before_it(
        self, watched: House, schedule: Schedule, keys: list[str]
    ) -> None:
        where = profile_capture(watched.ports, schedule, keys[7:8], engine)
        rejected, profile = [key for key in watched.monitored.files if key.startswith(SHARDS)]
        assert profile == where
        assert rejected == where.replace(".json", ".rejected.jsonl")
        assert b"no record" in watched.monitored.files[rejected]

    def test_a_capture_that_comes_late_makes_other_shards(
        self, watched: House, schedule: Schedule, keys: list[str], captured: Captured
    ) -> None:
        first = check_drift(watched.ports, Check(schedule, AT), engine)
        before = profile_all(watched, schedule, first)
        late = capture(watched, "45", captured(range(40, 50)))
        second = check_drift(watched.ports, Check(schedule, AT), engine)
        assert second.shards not in ("", first.shards)
        after = profile_all(watched, schedule, second)
        assert {key for shard in after for key in shard} == {*keys, late}
        # What comes before the late one is not profiled again.
        assert after[0] == before[0]
        assert check_drift(watched.ports, Check(schedule, AT), engine).state == "violations"
        assert summary(watched)["rows"] == 110

    def test_profiling_a_shard_twice_changes_nothing(
        self, watched: House, schedule: Schedule, keys: list[str]
    ) -> None:
        where = profile_capture(watched.ports, schedule, keys[:2], engine)
        before = dict(watched.monitored.files)
        assert profile_capture(watched.ports, schedule, keys[:2], engine) == where
        assert watched.monitored.files == before


@given(sizes=st.lists(st.integers(0, 80 * checking.MIB), max_size=40))
def test_shards_are_all_captures_in_order_and_small_unless_a_file_is_large(
    sizes: list[int],
) -> None:
    found = [(f"{number:03}", size) for number, size in enumerate(sizes)]
    shards = checking._shards(found)
    assert [key for shard in shards for key in shard] == [key for key, _ in found]
    size_of = dict(found)
    for shard in shards:
        assert sum(size_of[key] for key in shard) <= max(
            checking.SHARD, max(size_of[key] for key in shard)
        )
    # No two neighbours would fit into one.
    for left, right in pairwise(shards):
        assert sum(size_of[key] for key in left) + size_of[right[0]] > checking.SHARD
