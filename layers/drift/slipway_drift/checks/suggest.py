"""Suggest constraints from a baseline, as Model Monitor's baseline job does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway_drift.checks.constraints import Constraints, FeatureConstraints, MonitoringConfig
from slipway_drift.statistics.statistics_document import categories

if TYPE_CHECKING:
    from slipway_drift.statistics.column import Column
    from slipway_drift.statistics.profile import Profile


def suggest(profile: Profile, config: MonitoringConfig | None = None) -> Constraints:
    """Ask of every column what it held in the baseline: type, completeness, sign, values."""
    return Constraints(
        tuple(suggest_feature(column) for column in profile.columns), config or MonitoringConfig()
    )


def suggest_feature(column: Column) -> FeatureConstraints:
    inferred = column.literals.inferred_type
    non_negative = column.numbers.moments.min >= 0 if column.is_numeric else None
    domains = tuple(categories(column)) or None
    return FeatureConstraints(column.name, inferred, column.completeness, non_negative, domains)
