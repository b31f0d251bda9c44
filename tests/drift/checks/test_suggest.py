"""Suggested constraints ask for what the baseline held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway_drift.checks.constraints import FeatureConstraints
from slipway_drift.checks.suggest import suggest

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway_drift.statistics.profile import Profile


def test_type_completeness_sign_and_values(of_csv: Callable[..., Profile]) -> None:
    table = "i,f,s,n\n1,-0.5,x,\n2,1.5,y,\n0,2.5,x,\n3,3.5,,\n"
    assert suggest(of_csv(table)).features == (
        FeatureConstraints("i", "Integral", 1.0, is_non_negative=True),
        FeatureConstraints("f", "Fractional", 1.0, is_non_negative=False),
        FeatureConstraints("s", "String", 0.75, domains=("x", "y", "NullValue")),
        FeatureConstraints("n", "Unknown", 0.0),
    )


def test_texts_of_many_values_have_no_domain(of_csv: Callable[..., Profile]) -> None:
    (feature,) = suggest(of_csv("a\n" + "\n".join(f"v{i}" for i in range(300)))).features
    assert feature.domains is None
