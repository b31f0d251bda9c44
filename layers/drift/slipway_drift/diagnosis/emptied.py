"""Columns that have lost their values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slipway_drift.diagnosis.diagnosis import Diagnosis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway_drift.checks.check import FeatureCheck
    from slipway_drift.diagnosis.scene import Scene

SMALLEST: Final = 0.01


def emptied(scene: Scene) -> Iterator[Diagnosis]:
    """Tell of columns that have no value any more, and of several that lack as many each."""
    gone: dict[int, list[FeatureCheck]] = {}
    for feature in scene.suspects:
        if lost(feature) > SMALLEST:
            gone.setdefault(feature.current.literals.missing, []).append(feature)
    for missing, held in gone.items():
        rows = held[0].current.literals.rows
        if missing == rows or len(held) > 1:
            names = tuple(feature.name for feature in held)
            evidence = f"{missing:,} of {rows:,} rows lack {'each of them' if held[1:] else 'it'}."
            yield Diagnosis(cause(held, missing, rows), names, "", evidence, scene.explained(names))


def cause(held: list[FeatureCheck], missing: int, rows: int) -> str:
    if missing == rows:
        return f"{'Columns have' if held[1:] else 'A column has'} no value any more"
    return "Columns lack values together"


def lost(feature: FeatureCheck) -> float:
    """How much larger the share of missing values is than in the baseline."""
    counts, before = feature.current.literals, feature.baseline.completeness
    if before is None or not counts.rows:
        return 0.0
    return counts.missing / counts.rows - (1.0 - before)
