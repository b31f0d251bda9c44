"""Slipway's own checks and the states of a window."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from slipway_drift.checks.beyond import Judgement, judge
from slipway_drift.checks.check import check
from slipway_drift.checks.limits import Limits
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
        ([0, 1] * 480 + [-1] * 9, "no drift", []),
        ([0, 1] * 480 + [-1] * 40, "violations", ["range_check", "non_negative_check"]),
        ([0, 1] * 480 + [2] * 40, "violations", ["range_check"]),
    ],
)
def test_a_window_has_a_state_and_findings(
    of_csv: Callable[..., Profile], values: list[int], state: str, checks: list[str]
) -> None:
    found = judged(of_csv(column([0, 1] * 500)), of_csv(column(values)))
    assert (found.state, [violation.check for violation in found.violations]) == (state, checks)


@pytest.mark.parametrize(
    ("known", "answer", "state", "checks"),
    [
        (["0", "1"], lambda i: f"{i % 97 / 97:.4f}", "no drift", ["labels_check"]),
        (["no", "yes"], lambda i: f"{i % 97 / 97:.4f}", "no drift", ["labels_check"]),
        (["0.0", "1.0"], lambda i: f"{i % 97 / 97:.4f}", "no drift", ["labels_check"]),
        # Whatever is no score is compared; and so is a score with scores.
        (["0", "1"], lambda i: f"{i % 97 / 9:.4f}", "violations",
         ["prediction_drift_check", "range_check"]),
        (["0", "1"], lambda _: "0.37", "violations", ["prediction_drift_check"]),
        (["0", "1"], lambda _: "1", "violations", ["prediction_drift_check"]),
        ([str(i / 40) for i in range(40)], lambda i: f"{i % 97 / 97:.4f}", "no drift", []),
    ],
)  # fmt: skip
def test_scores_are_not_compared_with_labels(
    of_csv: Callable[..., Profile],
    captured: Callable[..., bytes],
    known: list[str],
    answer: Callable[[int], str],
    state: str,
    checks: list[str],
) -> None:
    lines = b"".join(captured(str(i % 7), answer(i)) for i in range(970))
    current = profile(read_capture(io.BytesIO(lines)))
    baseline = [f"{known[i % len(known)]},{i % 7}" for i in range(1000)]
    found = judged(of_csv("\n".join(["y,x", *baseline]) + "\n"), current)
    assert (found.state, [held.check for held in found.violations]) == (state, checks)


@pytest.mark.parametrize(
    ("unread", "state"), [(0, "no drift"), (50, "no drift"), (60, "blind"), (10_000, "blind")]
)
def test_a_window_of_which_too_much_is_unread_is_blind(
    of_csv: Callable[..., Profile], unread: int, state: str
) -> None:
    base = of_csv(column([0, 1] * 500))
    found = judged(base, replace(base, rejections={"not JSON": unread}))
    assert found.state == state
    told = [violation.description for violation in found.holding]
    assert ["could not be read, most because: not JSON" in text for text in told] == (
        [True] if state == "blind" else []
    )


def test_a_few_unread_among_few_are_too_little_to_judge(of_csv: Callable[..., Profile]) -> None:
    few = replace(of_csv(column([0, 1] * 5)), rejections={"not JSON": 1})
    assert judged(of_csv(column([0, 1] * 500)), few).state == "too little data"
    most = replace(few, rejections={"not JSON": 46})
    assert judged(of_csv(column([0, 1] * 500)), most).state == "blind"
    nothing = replace(of_csv(column([])), rejections={"not JSON": 1})
    assert judged(of_csv(column([0, 1] * 500)), nothing).state == "blind"


@pytest.mark.parametrize(("value", "negative"), [("-1.8e-15", False), ("-1.8e-9", True)])
def test_rounding_about_nought_is_no_sign(
    of_csv: Callable[..., Profile], value: str, *, negative: bool
) -> None:
    now = column([*[f"{i % 100}.0" for i in range(1000)], *[value] * 30])
    found = judged(of_csv(column([f"{i % 100}.0" for i in range(1000)])), of_csv(now))
    told = [violation.check for violation in found.violations]
    assert told == ["range_check", "non_negative_check"] * negative


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


def normal(rows: int, seed: int, moved: float = 0.0, text: str = "{}") -> str:
    return column([text.format(v) for v in np.random.default_rng(seed).normal(moved, 1, rows)])


def test_the_rows_of_the_baseline_sent_back_are_the_same_however_they_are_printed(
    of_csv: Callable[..., Profile],
) -> None:
    baseline = of_csv(normal(400, 1))
    single = column([float(np.float32(v)) for v in np.random.default_rng(1).normal(0, 1, 400)])
    for current in (normal(400, 1), normal(400, 1, text="{:.6g}"), single):
        found = judged(baseline, of_csv(current))
        assert found.state == "no drift"
        assert found.shifts[0]
        assert (found.shifts[0].ks, found.shifts[0].psi, found.shifts[0].outside) == (0, 0, 0)


def test_requests_asked_again_are_no_evidence(of_csv: Callable[..., Profile]) -> None:
    baseline = of_csv(normal(1000, 1))
    found = judged(baseline, of_csv(column([1.5, 2.5, 3.5] * 40)))
    assert found.state == "too little data"
    assert found.violations[-1].description == (
        "The window has 120 rows, 3 distinct among them; 30 are needed."
    )


@pytest.mark.parametrize(
    ("known", "seen", "checks"),
    [
        ([1.5, 2.5] * 500, [1.5, 2.5] * 95 + [""] * 10, ["null_check"]),
        ([1.5, 2.5] * 500, [1.5, 2.5] * 99 + [""] * 2, []),
        ([1.5, 2.5] * 500, [1.5, 2.5] * 95 + ["none"] * 10, ["mistyped_check"]),
        ([1.5, 2.5] * 500, [1.5, 2.5] * 24 + ["none"], []),
        (["a", "b"] * 500, ["a", "b"] * 240 + ["c"] * 15, ["unseen_check"]),
        (["a", "b"] * 500, ["a", "b"] * 24 + ["c"], []),
        ([5.5, 1] * 500, [5, 1] * 500, ["input_drift_check"]),
        ([5.0, 1.0] * 500, [5, 1] * 500, []),
    ],
)
def test_what_is_large_and_no_chance_violates(
    of_csv: Callable[..., Profile],
    known: list[object],
    seen: list[object],
    checks: list[str],
) -> None:
    found = judged(of_csv(two(known)), of_csv(two(seen)))
    assert [violation.check for violation in found.violations] == checks


def two(values: Sequence[object]) -> str:
    """A second column keeps an empty cell from being an empty line."""
    return "\n".join(["a,i", *(f"{value},{i % 2}" for i, value in enumerate(values))]) + "\n"


def test_a_tiny_change_is_certain_and_unimportant(of_csv: Callable[..., Profile]) -> None:
    found = judged(of_csv(normal(30_000, 1)), of_csv(normal(30_000, 2, moved=0.1)))
    assert found.state == "no drift"
    assert found.shifts[0]
    assert found.shifts[0].ks_chance < 1e-9
    assert found.shifts[0].ks < 0.1


@pytest.mark.parametrize("rows", [30, 50, 100, 400])
def test_healthy_windows_of_any_size_are_quiet(of_csv: Callable[..., Profile], rows: int) -> None:
    baseline = of_csv(normal(200, 0))
    assert not any(judged(baseline, of_csv(normal(rows, seed))).violations for seed in range(1, 41))
