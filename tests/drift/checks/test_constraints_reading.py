"""constraints.json is read in every spelling that is in use, and refused with the remedy."""

from __future__ import annotations

from typing import Any

import pytest
from slipway_drift.checks.constraints import (
    Constraints,
    FeatureConstraints,
    MonitoringConfig,
    Overrides,
)
from slipway_drift.checks.constraints_reading import read_constraints
from slipway_drift.errors import DriftError

FEATURE = {"name": "a", "inferred_type": "Integral", "completeness": 1.0}


def test_what_is_written_is_read() -> None:
    held = Constraints(
        (
            FeatureConstraints("a", "Integral", 0.5, is_non_negative=True),
            FeatureConstraints(
                "b", "String", 1.0, domains=("x",), overrides=Overrides(emit_metrics=False)
            ),
        ),
        MonitoringConfig(comparison_method="Simple", categorical_drift_method="ChiSquared"),
    )
    assert read_constraints(held.document()) == held


def test_old_files_take_the_categorical_threshold_from_the_other() -> None:
    old = {
        "features": [FEATURE],
        "monitoring_config": {"distribution_constraints": {"comparison_threshold": 0.3}},
    }
    config = read_constraints(old).config
    assert (config.categorical_comparison_threshold, config.categorical_drift_method) == (
        0.3, "LInfinity",
    )  # fmt: skip


@pytest.mark.parametrize("method", ["Robust", "robust", "linf_robust", "LINF_ROBUST"])
def test_methods_in_every_spelling(method: str) -> None:
    drift = {"comparison_method": method}
    held = read_constraints(
        {"features": [], "monitoring_config": {"distribution_constraints": drift}}
    )
    assert held.config.comparison_method == "Robust"


@pytest.mark.parametrize("place", ["", "string_constraints", "num_constraints"])
@pytest.mark.parametrize("spelling", ["monitoring_config_overrides", "monitoringConfigOverrides"])
def test_overrides_in_every_place(place: str, spelling: str) -> None:
    override = {spelling: {"evaluate_constraints": "Disabled"}}
    feature: dict[str, Any] = {**FEATURE, **({place: override} if place else override)}
    (read,) = read_constraints({"features": [feature]}).features
    assert read.overrides == Overrides(evaluate_constraints=False)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ([], "`constraints` is"),
        ({}, "`features` is missing"),
        ({"features": [{"name": 3}]}, "name 3; it must be a text"),
        ({"features": [{**FEATURE, "inferred_type": "Float"}]}, "must be one of Integral"),
        ({"features": [{**FEATURE, "completeness": "1"}]}, "`a.completeness` is '1'"),
        ({"features": [], "monitoring_config": {"emit_metrics": "yes"}}, "enabled, disabled"),
        (
            {
                "features": [],
                "monitoring_config": {"distribution_constraints": {"comparison_method": "KS"}},
            },
            "`comparison_method` is 'KS'",
        ),
    ],
)
def test_a_mistake_is_named_with_its_remedy(document: object, said: str) -> None:
    with pytest.raises(DriftError, match=said):
        read_constraints(document)
