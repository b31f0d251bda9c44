import pytest
from hypothesis import given
from hypothesis import strategies as st
from slipway.domain.desired import Runner
from slipway.domain.errors import InvalidInput
from slipway.domain.naming import Site
from slipway.domain.watch import (
    HOUR,
    PERIODS,
    Reported,
    Schedule,
    Window,
    report_folder,
    reported_at,
)

SITE = Site("slipway", "bucket", "eu-west-1", "arn:aws:iam::123456789012:role/model")
QUARTER_PAST_TEN = 1_795_601_700.0  # 2026-11-25T10:15:00Z
SCHEDULE = Schedule(
    Runner.LAMBDA, "slipway-h", "h", "slipway-h", "monitoring/baselines/h/ab/", 6, (("ks", 0.2),)
)


def test_a_window_is_the_hours_that_had_ended() -> None:
    window = Window.before(QUARTER_PAST_TEN, 2)
    assert window.folders == ["2026/11/25/08", "2026/11/25/09"]
    assert window.title == "2026-11-25 08:00 to 10:00 UTC"


def test_a_window_over_midnight_says_so() -> None:
    window = Window.before(QUARTER_PAST_TEN - 10 * HOUR, 2)
    assert window.folders == ["2026/11/24/22", "2026/11/24/23"]
    assert window.title == "2026-11-24 22:00 to 00:00 UTC"


@given(st.floats(0, 4e9), st.sampled_from(PERIODS))
def test_windows_follow_each_other_without_gap_or_overlap(at: float, hours: int) -> None:
    window = Window.before(at, hours)
    after = Window(window.end + HOUR * hours, hours)
    assert window.end <= at < window.end + HOUR
    assert len({*window.folders, *after.folders}) == 2 * hours


def test_a_report_is_filed_by_the_hour_in_which_its_window_was_due() -> None:
    folder = report_folder("slipway-h", "slipway-h", Window.before(QUARTER_PAST_TEN, 1))
    assert folder == "monitoring/reports/slipway-h/slipway-h/2026/11/25/10/"
    reported = reported_at(SITE, f"{folder}constraint_violations.json")
    assert reported == Reported("h", "slipway-h", "slipway-h", "2026/11/25/10")
    assert reported.folder == folder
    assert reported.title(1) == "2026-11-25 09:00 to 10:00 UTC"


@pytest.mark.parametrize(
    "key",
    [
        "monitoring/reports/elsewhere/slipway-h/2026/11/25/10/constraint_violations.json",
        "monitoring/reports/slipway-h/slipway-h/2026/11/25/constraint_violations.json",
        "monitoring/reports/slipway-h/slipway-h/2026/11/25/1x/constraint_violations.json",
        "monitoring/baselines/h/ab/constraints.json",
        "models/h/monitoring/reports/slipway-h/slipway-h/2026/11/25/10/x.json",
    ],
)
def test_other_keys_are_of_no_window(key: str) -> None:
    assert reported_at(SITE, key) is None


def test_a_schedule_survives_being_told_to_its_checks() -> None:
    assert Schedule.of({**SCHEDULE.document(), "at": "now"}) == SCHEDULE


@pytest.mark.parametrize(
    "wrong",
    [
        {"schedule": ""},
        {"deployment": None},
        {"endpoint": 1},
        {"baseline": ["x"]},
        {"every": 5},
        {"every": "1h"},
        {"limits": {"ks": "many"}},
        {"limits": {"ks": None}},
    ],
)
def test_what_is_no_check_is_refused_with_the_remedy(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidInput, match="slipway monitor"):
        Schedule.of({**SCHEDULE.document(), **wrong})
