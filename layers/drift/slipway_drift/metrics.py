"""The CloudWatch metrics of a window, and of its features under Model Monitor's names."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slipway_drift.checks.beyond import Judgement
    from slipway_drift.checks.check import Check, FeatureCheck
    from slipway_drift.checks.constraints import Constraints
    from slipway_drift.checks.shift import Shift


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: a value, or what a set of values amounts to (then `value` is their sum)."""

    name: str
    value: float
    sample_count: int | None = None
    minimum: float | None = None
    maximum: float | None = None


def metrics(
    check: Check, judgement: Judgement, constraints: Constraints, *, by_feature: bool
) -> tuple[Metric, ...]:
    """List what to publish; a feature whose `emit_metrics` is Disabled counts for nothing.

    Of the window: `rows`, `violations`, and of all features `largest_baseline_drift`,
    `largest_shift`, `largest_stability`. Of each feature, if they are asked for, Model Monitor's
    `feature_data_{f}`, `feature_non_null_{f}`, `feature_baseline_drift_{f}`, and Slipway's
    `feature_shift_{f}`, `feature_stability_{f}`.
    """
    pairs = zip(check.features, judgement.shifts, strict=True)
    emitting = [pair for pair in pairs if constraints.emits(pair[0].constraints)]
    found = (feature_metrics(*pair) for pair in emitting) if by_feature else ()
    return (
        Metric("rows", check.item_count),
        Metric("violations", len(check.violations) + len(judgement.violations)),
        *largest(emitting),
        *chain.from_iterable(found),
    )


def largest(features: Sequence[tuple[FeatureCheck, Shift | None]]) -> Iterator[Metric]:
    shifts = [shift for _, shift in features if shift]
    distances = [feature.distance for feature, _ in features if feature.distance is not None]
    if distances:
        yield Metric("largest_baseline_drift", max(distances))
    if shifts:
        yield Metric("largest_shift", max(shift.ks_beyond_chance for shift in shifts))
        yield Metric("largest_stability", max(shift.psi for shift in shifts))


def feature_metrics(feature: FeatureCheck, shift: Shift | None) -> Iterator[Metric]:
    numbers = feature.current.numbers
    if feature.current.is_numeric and numbers.moments.count:
        held = numbers.moments
        yield Metric(f"feature_data_{feature.name}", held.sum, held.count, held.min, held.max)
    yield Metric(f"feature_non_null_{feature.name}", feature.current.literals.present)
    if feature.distance is not None:
        yield Metric(f"feature_baseline_drift_{feature.name}", feature.distance)
    if shift:
        yield Metric(f"feature_shift_{feature.name}", shift.ks_beyond_chance)
        yield Metric(f"feature_stability_{feature.name}", shift.psi)
