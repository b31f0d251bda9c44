"""slipway_drift.json: all that a report, a notification or a trend needs of one window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway_drift.checks.violations import violations_document
from slipway_drift.summary.charts import chart
from slipway_drift.summary.reading import VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slipway_drift.checks.beyond import Judgement, State
    from slipway_drift.checks.check import Check, FeatureCheck
    from slipway_drift.checks.shift import Shift
    from slipway_drift.checks.violations import Violation
    from slipway_drift.diagnosis.diagnosis import Explanation
    from slipway_drift.jackson import Document
    from slipway_drift.statistics.column import Column
    from slipway_drift.statistics.profile import Profile
    from slipway_drift.statistics.statistics_document import FeatureStatistics


def summary(
    title: str,
    window: str,
    current: Profile,
    checked: Check,
    judgement: Judgement,
    explained: Explanation,
) -> Document:
    """Sum one window up; `title` and `window` are shown as they are."""
    summed = summary_document(
        title,
        window,
        judgement.state,
        current.item_count,
        checked.violations,
        judgement.violations,
        [
            feature_summary(feature, shift, judgement)
            for feature, shift in zip(checked.features, judgement.shifts, strict=True)
        ],
        current,
    )
    return {**summed, "diagnosis": explained.document()}


def summary_document(
    title: str,
    window: str,
    state: State,
    rows: int | None,
    violations: Sequence[Violation],
    own: Sequence[Violation],
    features: Sequence[Document],
    current: Profile | None = None,
) -> Document:
    """Shape the document; what is not known of a window is None or empty."""
    return {
        "version": VERSION,
        "title": title,
        "window": window,
        "state": state,
        "rows": rows,
        "rejections": dict(current.rejections) if current else {},
        "rejected": [
            {"reason": held.reason, "where": held.where, "text": held.text[:200]}
            for held in (current.rejected[:5] if current else ())
        ],
        "violations": violations_document(violations)["violations"],
        "slipway_violations": violations_document(own)["violations"],
        "features": features,
    }


def feature_summary(feature: FeatureCheck, shift: Shift | None, judgement: Judgement) -> Document:
    counts = feature.current.literals
    known = feature.baseline
    return {
        "name": feature.name,
        "role": feature.role,
        "expected_type": feature.constraints.inferred_type,
        "inferred_type": counts.inferred_type,
        "literals": {
            "Integral": counts.integral,
            "Fractional": counts.fractional,
            "Boolean": counts.boolean,
            "String": counts.string,
            "missing": counts.missing,
        },
        "examples": {kind: list(texts) for kind, texts in feature.current.examples.items()},
        "completeness": {
            "baseline": known.completeness,
            "current": feature.current.completeness,
        },
        "numbers": {
            "baseline": numbers_document(known),
            "current": current_numbers(feature.current),
        },
        "distance": feature.distance,
        "threshold": feature.threshold,
        "shift": shift_document(shift),
        "chart": chart(feature),
        "violations": listed(feature, judgement.holding),
        "noted": listed(
            feature,
            [
                held
                for held in (*feature.violations, *judgement.violations)
                if held not in judgement.holding
            ],
        ),
    }


def listed(feature: FeatureCheck, found: Sequence[Violation]) -> list[Document]:
    return [
        {"check": held.check, "description": held.description}
        for held in found
        if held.feature == feature.name
    ]


def numbers_document(known: FeatureStatistics) -> Document:
    return {
        "mean": known.mean,
        "std_dev": known.std_dev,
        "min": known.min,
        "max": known.max,
    }


def current_numbers(column: Column) -> Document:
    if not column.numbers.moments.count:
        return {}
    held = column.numbers.moments
    return {"mean": held.mean, "std_dev": held.std_dev, "min": held.min, "max": held.max}


def shift_document(shift: Shift | None) -> Document | None:
    if shift is None:
        return None
    return {
        "ks": shift.ks,
        "ks_beyond_chance": shift.ks_beyond_chance,
        "psi": shift.psi,
        "wasserstein": shift.wasserstein,
        "outside": shift.outside,
        "chance": shift.ks_chance,
    }
