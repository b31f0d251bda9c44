"""Slipway's own checks and the states of a window."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from slipway_drift.checks.beyond import Judgement, Limits, judge
from slipway_drift.checks.check import check
from slipway_drift.checks.suggest import suggest
from slipway_drift.rows.capture import read_capture
from slipway_drift.rows.json_rows import read_json_lines
from slipway_drift.statistics.profile import profile
from slipway_drift.statistics.statistics_document import read_statistics, statistics

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from slipway_drift.statistics.profile import Profile


def judged(baseline: Profile, current: Profile) -> Judgement:
    asked = suggest(baseline)
    checked = check(current, asked, read_statistics(statistics(baseline)))
    return judge(checked, current, asked, Limits())


def column(values: Sequence[object]) -> str:
    return "\n".join(["a", *map(str, values)]) + "\n"


@pytest.mark.parametrize(
    ("values", "state", "checks"),
    [
        ([], "no data", []),
        ([0] * 29, "too little data", ["sample_size_check"]),
        ([0, 1] * 500, "no drift", []),
        ([1] * 1000, "violations", ["input_drift_check"]),
        ([0, 1] * 480 + [-1] * 9, "violations", ["non_negative_check"]),
        ([0, 1] * 480 + [-1] * 40, "violations", ["range_check", "non_negative_check"]),
        ([0, 1] * 480 + [2] * 40, "violations", ["range_check"]),
    ],
)
def test_a_window_has_a_state_and_findings(
    of_csv: Callable[..., Profile], values: list[int], state: str, checks: list[str]
) -> None:
    found = judged(of_csv(column([0, 1] * 500)), of_csv(column(values)))
    assert (found.state, [violation.check for violation in found.violations]) == (state, checks)


@pytest.mark.parametrize(("value", "negative"), [("-1.8e-15", False), ("-1.8e-9", True)])
def test_rounding_about_nought_is_no_sign(
    of_csv: Callable[..., Profile], value: str, *, negative: bool
) -> None:
    now = column([*[f"{i % 100}.0" for i in range(1000)], value])
    found = judged(of_csv(column([f"{i % 100}.0" for i in range(1000)])), of_csv(now))
    assert [v.check for v in found.violations] == ["non_negative_check"] * negative


def test_a_tail_that_moves_is_unstable_before_it_drifts(of_csv: Callable[..., Profile]) -> None:
    before = [i % 100 for i in range(3000)]
    now = [v if v < 90 else 85 for v in before]
    found = judged(of_csv(column(before)), of_csv(column(now)))
    assert [violation.check for violation in found.violations] == ["input_stability_check"]


def test_predictions_drift_apart_from_inputs(captured: Callable[..., bytes]) -> None:
    def of(said: str) -> Profile:
        lines = b"".join(captured(str(i % 10), f"{said}{i % 10}") for i in range(400))
        return profile(read_capture(io.BytesIO(lines)))

    found = judged(of("0."), of("5."))
    assert {v.check for v in found.violations} == {"prediction_drift_check", "range_check"}
    assert {v.feature for v in found.violations} == {"output_0"}


def test_columns_in_another_order_are_told_of(of_csv: Callable[..., Profile]) -> None:
    baseline = of_csv("a,b\n" + "1,2\n" * 40)
    found = judged(baseline, of_csv("b,a\n" + "1,2\n" * 40))
    assert [violation.check for violation in found.violations] == ["column_order_check"]


def test_json_columns_have_no_order(of_csv: Callable[..., Profile]) -> None:
    baseline = of_csv("b,a\n" + "1,x\n" * 40)
    current = profile(read_json_lines(io.BytesIO(b'{"a": "x", "b": 1}\n' * 40)))
    assert judged(baseline, current).state == "no drift"
