"""When a schedule is due."""

import pytest
from slipway_local.sagemaker.crons import Cron, read_cron, read_offset
from slipway_local.sagemaker.errors import Refusal


@pytest.mark.parametrize(
    ("expression", "cron"),
    [
        ("cron(0 * ? * * *)", Cron(0, 1)),
        ("cron(0 0 ? * * *)", Cron(0, 24)),
        ("cron(0 17 ? * * *)", Cron(17, 24)),
        ("cron(0 5/02 ? * * *)", Cron(5, 2)),
        ("cron(0 00/24 ? * * *)", Cron(0, 24)),
    ],
)
def test_hourly_daily_and_every_so_many_hours_are_taken(expression: str, cron: Cron) -> None:
    assert read_cron(expression) == cron


@pytest.mark.parametrize(
    "expression",
    [
        "cron(0/30 * ? * * *)",
        "cron(5 * ? * * *)",
        "cron(0 * * * ? *)",
        "cron(0 24 ? * * *)",
        "cron(0 1/0 ? * * *)",
        "cron(0 1/25 ? * * *)",
        "cron(0 1,2 ? * * *)",
        "cron(0 1 ? * MON *)",
        "cron(0 * ? * * *) ",
        "rate(1 hour)",
        "now",
    ],
)
def test_everything_else_is_refused_with_what_would_be_taken(expression: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_cron(expression)
    assert refused.value.code == "ValidationException"
    assert repr(expression) in refused.value.message
    assert "cron(0 * ? * * *)" in refused.value.message


def test_a_cron_is_due_after_and_before_an_hour_never_at_it() -> None:
    twice = Cron(17, 12)
    assert [hour for hour in range(24, 48) if twice.matches(hour)] == [29, 41]
    assert (twice.after(28), twice.after(29), twice.before(29), twice.before(30)) == (
        29,
        41,
        17,
        29,
    )
    # Each day begins anew: after 22 o'clock comes 8 o'clock.
    sevens = Cron(8, 7)
    assert [hour for hour in range(24, 48) if sevens.matches(hour)] == [29, 32, 39, 46]


@pytest.mark.parametrize(
    ("text", "hours"),
    [("-PT1H", -1), ("-PT0H", 0), ("-P1D", -24), ("PT30M", 0.5), ("-P1DT1H30M", -25.5)],
)
def test_offsets_are_durations(text: str, hours: float) -> None:
    assert read_offset(text, "DataAnalysisStartTime") == hours


@pytest.mark.parametrize("text", ["", "-1H", "P", "-PT", "PT1.5H", "1 hour"])
def test_no_duration_no_offset(text: str) -> None:
    with pytest.raises(Refusal, match="DataAnalysisStartTime is"):
        read_offset(text, "DataAnalysisStartTime")
