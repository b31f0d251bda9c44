"""Constraints know who is judged, who is measured, and which values to count."""

from __future__ import annotations

from slipway_drift.checks.constraints import (
    Constraints,
    FeatureConstraints,
    MonitoringConfig,
    Overrides,
)


def test_a_feature_may_differ_from_the_whole() -> None:
    plain = FeatureConstraints("a")
    other = FeatureConstraints(
        "b", overrides=Overrides(evaluate_constraints=True, emit_metrics=False)
    )
    held = Constraints((plain, other), MonitoringConfig(evaluate_constraints=False))
    assert [held.evaluates(feature) for feature in held.features] == [False, True]
    assert [held.emits(feature) for feature in held.features] == [True, False]


def test_domains_come_in_the_columns_order() -> None:
    held = Constraints((FeatureConstraints("a"), FeatureConstraints("b", domains=("x", "y"))))
    assert held.domains == (("a", ()), ("b", ("x", "y")))
