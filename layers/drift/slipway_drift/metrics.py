"""The CloudWatch metrics of a window, under Model Monitor's names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway_drift.checks.beyond import Judgement
    from slipway_drift.checks.check import Check, FeatureCheck
    from slipway_drift.checks.constraints import Constraints


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: a value, or what a set of values amounts to (then `value` is their sum)."""

    name: str
    value: float
    sample_count: int | None = None
    minimum: float | None = None
    maximum: float | None = None


def metrics(check: Check, judgement: Judgement, constraints: Constraints) -> tuple[Metric, ...]:
    """List what to publish; a feature whose `emit_metrics` is Disabled has none.

    Model Monitor's: `feature_data_{f}`, `feature_non_null_{f}`, `feature_baseline_drift_{f}`.
    Slipway's: `feature_shift_{f}`, `feature_stability_{f}`, `violations`, `rows`.
    """
    held: list[Metric] = [
        Metric("rows", check.item_count),
        Metric("violations", len(check.violations) + len(judgement.violations)),
    ]
    for feature, shift in zip(check.features, judgement.shifts, strict=True):
        if not constraints.emits(feature.constraints):
            continue
        held += feature_metrics(feature)
        if shift:
            held.append(Metric(f"feature_shift_{feature.name}", shift.ks_beyond_chance))
            held.append(Metric(f"feature_stability_{feature.name}", shift.psi))
    return tuple(held)


def feature_metrics(feature: FeatureCheck) -> Iterator[Metric]:
    numbers = feature.current.numbers
    if feature.current.is_numeric and numbers.moments.count:
        held = numbers.moments
        yield Metric(f"feature_data_{feature.name}", held.sum, held.count, held.min, held.max)
    yield Metric(f"feature_non_null_{feature.name}", feature.current.literals.present)
    if feature.distance is not None:
        yield Metric(f"feature_baseline_drift_{feature.name}", feature.distance)
