"""How an alarm is judged, by the tables of CloudWatch's user guide."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from slipway_local import alarms
from slipway_local.alarms import Alarm, Datapoint

EVENTS = Path(__file__).parents[3] / "shared" / "data" / "events"
KEPT = "kept"


def alarm(periods: int = 3, datapoints: int = 3, missing: str = "missing") -> Alarm:
    return Alarm("Average", 60, periods, datapoints, 50.0, "GreaterThanThreshold", missing)


def drawn(picture: str) -> list[Datapoint]:
    """Periods as the guide draws them: 0 is good, X breaches, - is missing."""
    values = {"0": 1.0, "X": 99.0, "-": None}
    return [Datapoint(60.0 * n, values[sign]) for n, sign in enumerate(picture.split())]


@pytest.mark.parametrize(
    ("picture", "datapoints", "missing", "ignore", "breaching", "not_breaching"),
    [
        ("0 - X - X", 3, "OK", "OK", "OK", "OK"),
        ("- - - - 0", 3, "OK", "OK", "OK", "OK"),
        ("- - - - -", 3, "INSUFFICIENT_DATA", KEPT, "ALARM", "OK"),
        ("0 X X - X", 3, "ALARM", "ALARM", "ALARM", "ALARM"),
        ("- - X - -", 3, "ALARM", KEPT, "ALARM", "OK"),
        ("0 - X - X", 2, "ALARM", "ALARM", "ALARM", "ALARM"),
        ("0 0 X 0 X", 2, "ALARM", "ALARM", "ALARM", "ALARM"),
        ("0 - X - -", 2, "OK", "OK", "ALARM", "OK"),
        ("- - - - 0", 2, "OK", "OK", "ALARM", "OK"),
        ("- - - X -", 2, "ALARM", KEPT, "ALARM", "OK"),
        # Too young to be an alarm, if more of it does not come.
        ("- - - - X", 2, KEPT, KEPT, "ALARM", "OK"),
    ],
)
def test_missing_data_counts_as_the_alarm_says(
    picture: str, datapoints: int, missing: str, ignore: str, breaching: str, not_breaching: str
) -> None:
    expected = {
        "missing": missing,
        "ignore": ignore,
        "breaching": breaching,
        "notBreaching": not_breaching,
    }
    judged = {
        treat: alarms.judge(alarm(3, datapoints, treat), drawn(picture), KEPT) for treat in expected
    }
    assert judged == expected


@pytest.mark.parametrize(
    ("comparison", "breaching"),
    [
        ("GreaterThanOrEqualToThreshold", [50.0, 51.0]),
        ("GreaterThanThreshold", [51.0]),
        ("LessThanThreshold", [49.0]),
        ("LessThanOrEqualToThreshold", [49.0, 50.0]),
    ],
)
def test_a_value_breaches_by_the_comparison(comparison: str, breaching: list[float]) -> None:
    judging = Alarm("Sum", 60, 1, 1, 50.0, comparison)
    assert [value for value in (49.0, 50.0, 51.0) if judging.breaches(value)] == breaching


def test_only_the_last_periods_count() -> None:
    assert alarms.judge(alarm(3, 1), drawn("X X 0 0 0"), "ALARM") == "OK"
    assert alarms.judge(alarm(3, 1), drawn("0 0 X 0 0"), "OK") == "ALARM"


def test_the_reason_is_worded_as_cloudwatch_words_it() -> None:
    path = EVENTS / "cloudwatch.CloudWatch_Alarm_State_Change.1.json"
    if not path.exists():
        pytest.skip("Needs AWS's published events.")
    detail = json.loads(path.read_text())["detail"]
    judged = Alarm("Average", 300, 1, 1, 50.0, "GreaterThanThreshold")
    start = 1570035540.0  # 2019-10-02T16:59:00
    datapoints = [Datapoint(start - 300, None), Datapoint(start, 99.50160229693434)]
    state = detail["state"]
    assert alarms.reason(judged, datapoints, ("OK", "ALARM")) == state["reason"]
    made = alarms.reason_data(judged, datapoints, start + 340.985)
    assert made == json.loads(state["reasonData"])


def test_the_reason_for_quiet_says_what_was_unknown() -> None:
    quiet = alarms.reason(alarm(), drawn("- - -"), ("OK", "INSUFFICIENT_DATA"))
    assert quiet == "Insufficient Data: 3 datapoints were unknown."
    data = alarms.reason_data(alarm(), drawn("- - -"), 0.0)
    assert "startDate" not in data
    assert data["recentDatapoints"] == []
