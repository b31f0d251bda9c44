"""A window has metrics, and where it is asked for each feature under Model Monitor's names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from slipway_drift.checks.beyond import judge
from slipway_drift.checks.check import check
from slipway_drift.checks.constraints import Constraints, Overrides
from slipway_drift.checks.limits import Limits
from slipway_drift.checks.suggest import suggest
from slipway_drift.metrics import Metric, metrics
from slipway_drift.statistics.profile import Profile
from slipway_drift.statistics.statistics_document import read_statistics, statistics

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_window_publishes_data_completeness_and_drift(of_csv: Callable[..., Profile]) -> None:
    held = of_csv("a,b,c\n" + "1,x,5\n3,,6\n" * 20)
    asked = suggest(held)
    silent = replace(asked.features[2], overrides=Overrides(emit_metrics=False))
    asked = Constraints((*asked.features[:2], silent))
    checked = check(held, asked, read_statistics(statistics(held)))
    judged = judge(checked, held, asked, Limits())
    window = (
        Metric("rows", 40),
        Metric("violations", 0),
        Metric("largest_baseline_drift", 0.0),
        Metric("largest_shift", 0.0),
        Metric("largest_stability", 0.0),
    )
    assert metrics(checked, judged, asked, by_feature=False) == window
    assert metrics(checked, judged, asked, by_feature=True) == (
        *window,
        Metric("feature_data_a", 80.0, 40, 1.0, 3.0),
        Metric("feature_non_null_a", 40),
        Metric("feature_baseline_drift_a", 0.0),
        Metric("feature_shift_a", 0.0),
        Metric("feature_stability_a", 0.0),
        Metric("feature_non_null_b", 20),
        Metric("feature_baseline_drift_b", 0.0),
        Metric("feature_shift_b", 0.0),
        Metric("feature_stability_b", 0.0),
    )


def test_of_all_features_that_emit_the_largest_change_is_told(
    of_csv: Callable[..., Profile],
) -> None:
    before = of_csv("a,b,c\n" + "".join(f"{i},{i},{i}\n" for i in range(400)))
    now = of_csv("a,b,c\n" + "".join(f"{i},{i + 200},{i + 999}\n" for i in range(400)))
    asked = suggest(before)
    silent = replace(asked.features[2], overrides=Overrides(emit_metrics=False))
    asked = Constraints((*asked.features[:2], silent))
    checked = check(now, asked, read_statistics(statistics(before)))
    judged = judge(checked, now, asked, Limits())
    found = {m.name: m.value for m in metrics(checked, judged, asked, by_feature=True)}
    for kind in ("baseline_drift", "shift", "stability"):
        assert found[f"largest_{kind}"] == found[f"feature_{kind}_b"] > found[f"feature_{kind}_a"]


def test_a_window_without_rows_has_no_largest_change(of_csv: Callable[..., Profile]) -> None:
    held = of_csv("a\n" + "1\n2\n" * 20)
    asked = suggest(held)
    checked = check(Profile(), asked, read_statistics(statistics(held)))
    found = metrics(checked, judge(checked, Profile(), asked, Limits()), asked, by_feature=True)
    assert found == (Metric("rows", 0), Metric("violations", 0))
