import json
from typing import TYPE_CHECKING

import pytest
from slipway import checking
from slipway.domain.errors import InvalidInput, Refused

if TYPE_CHECKING:
    from tests.functions.conftest import Advance, Call, World

FOLDER = "monitoring/reports/slipway-housing/slipway-housing/2026/03/02/09/"


@pytest.fixture(autouse=True)
def _watched(world: "World", advance: "Advance") -> None:
    world.upload_monitored()
    advance("Announce")


@pytest.mark.parametrize(("factor", "state"), [(1, "no drift"), (1000, "violations")])
def test_what_a_schedule_asks_for_is_checked(
    factor: int, state: str, world: "World", call: "Call"
) -> None:
    world.capture(factor)
    assert call("check_drift", world.due()) == {"folder": FOLDER, "state": state, "shards": ""}
    files = world.files(FOLDER)
    assert json.loads(files["slipway_drift.json"])["state"] == state
    assert ("constraint_violations.json" in files) == (state == "violations")


def test_the_window_s_metrics_are_model_monitor_s(world: "World", call: "Call") -> None:
    world.capture()
    call("check_drift", world.due())
    metrics = world.aws.client("cloudwatch").list_metrics(Namespace="Slipway/Drift")["Metrics"]
    assert {d["Name"]: d["Value"] for d in metrics[0]["Dimensions"]} == {
        "Endpoint": "slipway-housing",
        "MonitoringSchedule": "slipway-housing",
    }
    assert "rows" in {metric["MetricName"] for metric in metrics}


def test_a_window_that_is_checked_again_forgets_its_violations(
    world: "World", call: "Call"
) -> None:
    world.capture(1000)
    call("check_drift", world.due())
    world.capture(1)
    call("check_drift", world.due())
    assert "constraint_violations.json" not in world.files(FOLDER)


def test_a_large_window_says_which_shards_it_needs(
    world: "World", call: "Call", monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [world.capture(name=name) for name in "abc"]
    monkeypatch.setattr(checking, "LARGE", 1000)
    answer = call("check_drift", world.due())
    assert (answer["folder"], answer["state"]) == (FOLDER, "")
    (listed,) = world.files("monitoring/shards/").items()
    assert answer["shards"] == f"monitoring/shards/{listed[0]}"
    assert [key for shard in json.loads(listed[1]) for key in shard["keys"]] == keys


def test_a_check_without_its_baseline_ends_in_words(world: "World", call: "Call") -> None:
    document = {**world.due(), "baseline": "monitoring/baselines/housing/gone/"}
    with pytest.raises(Refused, match="upload its data again"):
        call("check_drift", document)


def test_an_execution_that_was_started_wrongly_is_told_why(call: "Call") -> None:
    with pytest.raises(InvalidInput, match="at: None"):
        call("check_drift", {})
