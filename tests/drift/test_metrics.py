"""Metrics have Model Monitor's names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from slipway_drift.checks.beyond import judge
from slipway_drift.checks.check import check
from slipway_drift.checks.constraints import Constraints, Overrides
from slipway_drift.checks.limits import Limits
from slipway_drift.checks.suggest import suggest
from slipway_drift.metrics import Metric, metrics
from slipway_drift.statistics.statistics_document import read_statistics, statistics

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway_drift.statistics.profile import Profile


def test_a_window_publishes_data_completeness_and_drift(of_csv: Callable[..., Profile]) -> None:
    held = of_csv("a,b,c\n" + "1,x,5\n3,,6\n" * 20)
    asked = suggest(held)
    silent = replace(asked.features[2], overrides=Overrides(emit_metrics=False))
    asked = Constraints((*asked.features[:2], silent))
    checked = check(held, asked, read_statistics(statistics(held)))
    found = metrics(checked, judge(checked, held, asked, Limits()), asked)
    assert found == (
        Metric("rows", 40),
        Metric("violations", 0),
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
