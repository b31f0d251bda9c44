"""Check a profile against a baseline's constraints and statistics, as Model Monitor does."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from slipway_drift.checks.distances import categorical_distance, numerical_distance
from slipway_drift.checks.violations import Violation
from slipway_drift.errors import DriftError
from slipway_drift.jackson import java_double
from slipway_drift.rows.pairing import partners
from slipway_drift.statistics.statistics_document import NULL_VALUE, FeatureStatistics

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from slipway_drift.checks.constraints import Constraints, FeatureConstraints, MonitoringConfig
    from slipway_drift.statistics.column import Column
    from slipway_drift.statistics.profile import Profile
    from slipway_drift.statistics.sketch import Sketch

Role = Literal["prediction", "input"]

MISSING_COLUMNS: Final = "Missing columns"
EXTRA_COLUMNS: Final = "Extra columns"


@dataclass(frozen=True, slots=True)
class FeatureCheck:
    """One feature: what was asked of it, what the baseline held, what is there now.

    `distance` is the compatible one, None where there is nothing to compare.
    """

    constraints: FeatureConstraints
    baseline: FeatureStatistics
    current: Column
    distance: float | None = None
    threshold: float = 0.0
    violations: tuple[Violation, ...] = ()

    @property
    def name(self) -> str:
        return self.constraints.name

    @property
    def role(self) -> Role:
        return "prediction" if self.current.output else "input"


@dataclass(frozen=True, slots=True)
class Check:
    """Every feature that has a partner in the baseline, and all violations."""

    item_count: int
    features: tuple[FeatureCheck, ...]
    violations: tuple[Violation, ...]

    def answering(self, names: Collection[str]) -> Check:
        """The same, where these are the model's answers, as a table does not say of its columns."""
        features = tuple(
            replace(held, current=replace(held.current, output=True))
            if held.name in names
            else held
            for held in self.features
        )
        return replace(self, features=features)


def check(
    current: Profile, constraints: Constraints, baseline: Sequence[FeatureStatistics]
) -> Check:
    """Judge the profile; a window without rows violates nothing.

    Columns are paired as `partners` says, and named as in the baseline. Raise DriftError where the
    profile lacks a count that only `profile(..., domains=...)` keeps.
    """
    if not current.item_count:
        return Check(0, (), ())
    known = {feature.name: feature for feature in baseline}
    features = tuple(
        check_feature(
            asked, known.get(asked.name, FeatureStatistics(asked.name)), column, constraints
        )
        for asked, column in pairs(current, constraints)
    )
    shape: tuple[Violation, ...] = ()
    if constraints.config.evaluate_constraints:
        shape = tuple(check_columns(current, constraints))
    held = tuple(violation for feature in features for violation in feature.violations)
    return Check(current.item_count, features, shape + held)


def pairs(current: Profile, constraints: Constraints) -> list[tuple[FeatureConstraints, Column]]:
    paired = partners(
        [column.name for column in current.columns], constraints.names, by_name=current.by_name
    )
    held = dict(zip(paired, current.columns, strict=True))
    return [
        (asked, held[index]) for index, asked in enumerate(constraints.features) if index in held
    ]


def check_columns(current: Profile, constraints: Constraints) -> Iterator[Violation]:
    now, then = len(current.columns), len(constraints.features)
    counts = (
        f"Number of columns in current dataset: {now}, "
        f"Number of columns in baseline constraints: {then}"
    )
    if now < then:
        text = f"There are missing columns in current dataset. {counts}"
        yield Violation("missing_column_check", text, MISSING_COLUMNS)
    if now > then:
        text = f"There are extra columns in current dataset. {counts}"
        yield Violation("extra_column_check", text, EXTRA_COLUMNS)


def check_feature(
    asked: FeatureConstraints,
    baseline: FeatureStatistics,
    column: Column,
    constraints: Constraints,
) -> FeatureCheck:
    config = constraints.config
    distance, threshold = measure(baseline, column, config)
    violations: list[Violation] = []
    if constraints.evaluates(asked):
        violations += check_literals(asked, column, config)
    drifted = distance is not None and distance > threshold
    if drifted and config.perform_comparison and asked.overrides.evaluate_constraints is not False:
        violations.append(drift_violation(asked.name, distance or 0.0, threshold))
    return FeatureCheck(asked, baseline, column, distance, threshold, tuple(violations))


def check_literals(
    asked: FeatureConstraints, column: Column, config: MonitoringConfig
) -> Iterator[Violation]:
    present = column.literals.present
    if present and asked.inferred_type != "Unknown":
        ratio = column.literals.of_type(asked.inferred_type) / present
        if ratio < config.datatype_check_threshold:
            yield type_violation(asked, ratio, config.datatype_check_threshold)
    if column.completeness < asked.completeness:
        text = (
            f"Data completeness requirement is not met. Expected: {percent(asked.completeness)}. "
            f"Observed: Only {percent(column.completeness)}."
        )
        yield Violation("completeness_check", text, asked.name)
    if present and asked.domains is not None:
        ratio = share_inside(asked.name, asked.domains, column)
        if ratio < config.domain_content_threshold:
            yield domain_violation(asked, ratio, config.domain_content_threshold)


def type_violation(asked: FeatureConstraints, ratio: float, threshold: float) -> Violation:
    text = (
        f"Data type match requirement is not met. Expected data type: {asked.inferred_type}, "
        f"Expected match: {percent(threshold)}. "
        f"Observed: Only {percent(ratio)} of data is {asked.inferred_type}."
    )
    return Violation("data_type_check", text, asked.name)


def domain_violation(asked: FeatureConstraints, ratio: float, threshold: float) -> Violation:
    # No file of the container shows its wording; this one follows the other checks'.
    text = (
        f"Categorical values requirement is not met. Expected match: {percent(threshold)}. "
        f"Observed: Only {percent(ratio)} of values are in the domain of the baseline."
    )
    return Violation("categorical_values_check", text, asked.name)


def drift_violation(name: str, distance: float, threshold: float) -> Violation:
    text = (
        f"Baseline drift distance: {java_double(distance)} "
        f"exceeds threshold: {java_double(threshold)}"
    )
    return Violation("baseline_drift_check", text, name)


def share_inside(name: str, domains: Sequence[str], column: Column) -> float:
    """The share of a column's values that the domain names; nulls are no values."""
    values = column.values
    if not values.complete and not values.watched.issuperset(domains):
        raise DriftError(
            f"{name}: the profile did not count the domain's values; "
            "profile the data with domains=constraints.domains"
        )
    return sum(values.counts.get(value, 0) for value in set(domains)) / column.literals.present


def measure(
    baseline: FeatureStatistics, column: Column, config: MonitoringConfig
) -> tuple[float | None, float]:
    numeric = column.is_numeric and column.numbers.moments.count
    return distance_between(
        baseline,
        column.numbers.sketch if numeric else None,
        counted(column) if column.values.complete else None,
        config,
    )


def distance_between(
    baseline: FeatureStatistics,
    sketch: Sketch | None,
    counts: Mapping[str, int] | None,
    config: MonitoringConfig,
) -> tuple[float | None, float]:
    """The distance from the baseline, None where there is none, and the threshold it has."""
    distance, threshold = None, config.comparison_threshold
    if baseline.sketch and sketch:
        distance = numerical_distance(baseline.sketch, sketch, config.comparison_method)
    elif baseline.categories:
        threshold = config.categorical_comparison_threshold
        if config.categorical_drift_method == "ChiSquared" and config.comparison_method == "Robust":
            threshold = 1.0 - threshold
        if counts is not None:
            distance = categorical_distance(
                baseline.categories,
                counts,
                config.comparison_method,
                config.categorical_drift_method,
            )
    return None if distance is None or math.isnan(distance) else distance, threshold


def counted(column: Column) -> Mapping[str, int]:
    """The column's exact counts, its missing values as `NullValue`, as the baseline's has them."""
    counts = dict(column.values.counts)
    if column.literals.missing:
        counts[NULL_VALUE] = counts.get(NULL_VALUE, 0) + column.literals.missing
    return counts


def percent(ratio: float) -> str:
    return f"{java_double(ratio * 100)}%"
