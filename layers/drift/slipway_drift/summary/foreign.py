"""The summary of a window that another engine checked, from the files it wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slipway_drift.checks.check import distance_between
from slipway_drift.checks.constraints import Constraints, FeatureConstraints
from slipway_drift.checks.constraints_reading import read_constraints
from slipway_drift.checks.shift import categorical_shift, numeric_shift
from slipway_drift.checks.violations import GENERAL_CHECKS
from slipway_drift.documents import (
    CONSTRAINTS,
    OWN_VIOLATIONS,
    STATISTICS,
    VIOLATIONS,
    parse_optional,
)
from slipway_drift.quality.documents import quality_metrics
from slipway_drift.statistics.statistics_document import FeatureStatistics, read_statistics
from slipway_drift.summary.charts import categorical_chart, sketch_chart
from slipway_drift.summary.findings import violations_in
from slipway_drift.summary.writing import numbers_document, shift_document, summary_document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slipway_drift.checks.beyond import State
    from slipway_drift.checks.shift import Shift
    from slipway_drift.checks.violations import Violation
    from slipway_drift.jackson import Document
    from slipway_drift.results import Files


def foreign_summary(files: Files, baseline: Files, *, title: str, window: str) -> Document:
    """Sum a window up as far as its files tell; each of them, and the baseline's, may be absent."""
    written = parse_optional(files, STATISTICS)
    violations = violations_in(files, VIOLATIONS)
    own = violations_in(files, OWN_VIOLATIONS)
    seen = features_in(written)
    known = features_in(parse_optional(baseline, STATISTICS))
    constraints = constraints_in(baseline)
    found = (*violations, *own)
    rows = written.get("dataset", {}).get("item_count") if written else None
    summed = summary_document(
        title,
        window,
        state_of(rows, found),
        rows,
        violations,
        own,
        [
            feature_document(name, known.get(name), seen.get(name), constraints, found)
            for name in names_of(seen or known, found)
        ],
    )
    if not any(key.endswith("_metrics") for key in written):
        return summed
    asked = parse_optional(baseline, CONSTRAINTS)
    return {**summed, "metrics": quality_metrics(written, asked)}


def features_in(statistics: Mapping[str, Any]) -> dict[str, FeatureStatistics]:
    """The features of a statistics.json by name; one of model quality has none."""
    if "features" not in statistics:
        return {}
    return {feature.name: feature for feature in read_statistics(statistics)}


def constraints_in(baseline: Files) -> Constraints:
    held = parse_optional(baseline, CONSTRAINTS)
    return read_constraints(held) if "features" in held else Constraints(())


def state_of(rows: object, found: Sequence[Violation]) -> State:
    if found:
        return "violations"
    return "no data" if rows == 0 else "no drift"


def names_of(held: Mapping[str, FeatureStatistics], found: Sequence[Violation]) -> list[str]:
    """The features in their order, and those that only a violation names."""
    named = [v.feature for v in found if v.feature and v.check not in GENERAL_CHECKS]
    return list(dict.fromkeys((*held, *named)))


def feature_document(
    name: str,
    known: FeatureStatistics | None,
    seen: FeatureStatistics | None,
    constraints: Constraints,
    found: Sequence[Violation],
) -> Document:
    """Shape one feature as `summary` does; the types of single literals are not known."""
    before, now = known or FeatureStatistics(name), seen or FeatureStatistics(name)
    asked = {feature.name: feature for feature in constraints.features}.get(name)
    distance, threshold = distance_between(
        before, now.sketch, now.categories or None, constraints.config
    )
    return {
        "name": name,
        "role": "input",
        "expected_type": (asked or FeatureConstraints(name, before.inferred_type)).inferred_type,
        "inferred_type": now.inferred_type,
        "literals": {},
        "examples": {},
        "completeness": {"baseline": before.completeness, "current": now.completeness},
        "numbers": {
            "baseline": numbers_document(before),
            "current": {} if now.mean is None else numbers_document(now),
        },
        "distance": distance,
        "threshold": threshold,
        "shift": shift_document(shift_between(before, now)),
        "chart": chart_of(before, now),
        "violations": [
            {"check": held.check, "description": held.description}
            for held in found
            if held.feature == name
        ],
        "noted": [],
    }


def shift_between(before: FeatureStatistics, now: FeatureStatistics) -> Shift | None:
    if before.sketch and now.sketch:
        return numeric_shift(before, now.sketch)
    if before.categories and now.categories:
        return categorical_shift(before.categories, now.categories)
    return None


def chart_of(before: FeatureStatistics, now: FeatureStatistics) -> Document | None:
    if before.sketch and now.sketch and before.sketch.weight and now.sketch.weight:
        return sketch_chart(before.sketch, now.sketch)
    if before.categories and now.categories:
        return categorical_chart(before.categories, now.categories)
    return None
