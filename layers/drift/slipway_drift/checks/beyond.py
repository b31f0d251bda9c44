"""Slipway's own checks, beside Model Monitor's: they never change what its files say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from slipway_drift.checks.check import counted
from slipway_drift.checks.shift import Shift, categorical_shift, numeric_shift
from slipway_drift.checks.violations import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway_drift.checks.check import Check, FeatureCheck
    from slipway_drift.checks.constraints import Constraints
    from slipway_drift.statistics.profile import Profile

ROUNDING: Final = 1e-12  # of the baseline's largest value

State = Literal["no data", "too little data", "no drift", "violations"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What Slipway's own checks allow.

    `minimum_rows`: fewer are too few to judge. `ks` and `psi`: the largest shift beyond chance
    and stability index. `outside`: the share of values that may leave the baseline's range.
    """

    minimum_rows: int = 30
    ks: float = 0.1
    psi: float = 0.25
    outside: float = 0.01


@dataclass(frozen=True, slots=True)
class Judgement:
    """The state of a window, Slipway's own violations, and each checked feature's shift."""

    state: State
    violations: tuple[Violation, ...]
    shifts: tuple[Shift | None, ...]


def judge(check: Check, current: Profile, constraints: Constraints, limits: Limits) -> Judgement:
    """Apply Slipway's own checks, and say what the window amounts to."""
    if not current.item_count:
        return Judgement("no data", (), ())
    shifts = tuple(shift_of(feature) for feature in check.features)
    own = tuple(order_violations(current, constraints))
    if current.item_count < limits.minimum_rows:
        text = f"The window has {current.item_count} rows; {limits.minimum_rows} are needed."
        few = Violation("sample_size_check", text, "Rows")
        return Judgement("too little data", (*own, few), shifts)
    for feature, shift in zip(check.features, shifts, strict=True):
        if constraints.evaluates(feature.constraints):
            own += tuple(shift_violations(feature, shift, limits))
            own += tuple(sign_violations(feature))
    return Judgement("violations" if own or check.violations else "no drift", own, shifts)


def shift_of(feature: FeatureCheck) -> Shift | None:
    if feature.baseline.sketch:
        return numeric_shift(feature.baseline, feature.current.numbers.sketch)
    if feature.baseline.categories and feature.current.values.complete:
        return categorical_shift(feature.baseline.categories, counted(feature.current))
    return None


def shift_violations(
    feature: FeatureCheck, shift: Shift | None, limits: Limits
) -> Iterator[Violation]:
    if shift is None:
        return
    prefix = "prediction" if feature.role == "prediction" else "input"
    if shift.ks_beyond_chance > limits.ks:
        text = (
            f"The distribution moved by {shift.ks:.4g} (Kolmogorov-Smirnov), "
            f"{shift.ks_beyond_chance:.4g} beyond chance; {limits.ks:g} is allowed."
        )
        yield Violation(f"{prefix}_drift_check", text, feature.name)
    elif shift.psi > limits.psi and shift.ks_beyond_chance > 0:
        text = f"The population stability index is {shift.psi:.4g}; {limits.psi:g} is allowed."
        yield Violation(f"{prefix}_stability_check", text, feature.name)
    if shift.outside is not None and shift.outside > limits.outside:
        text = (
            f"{shift.outside:.2%} of values lie outside the baseline's range "
            f"[{feature.baseline.min:g}, {feature.baseline.max:g}]; {limits.outside:.2%} may."
        )
        yield Violation("range_check", text, feature.name)


def sign_violations(feature: FeatureCheck) -> Iterator[Violation]:
    numbers = feature.current.numbers
    # What a model computes may miss nought by its rounding: no sign is lost there.
    nought = -ROUNDING * (feature.baseline.max or 0.0)
    if feature.constraints.is_non_negative and numbers.moments.min < nought:
        text = f"The baseline has no negative values; the smallest is now {numbers.moments.min:g}."
        yield Violation("non_negative_check", text, feature.name)


def order_violations(current: Profile, constraints: Constraints) -> Iterator[Violation]:
    """Tell of named columns in another order: they are compared by position all the same."""
    names = [column.name for column in current.columns]
    if (
        not current.by_name
        and set(names) == set(constraints.names)
        and names != list(constraints.names)
    ):
        text = "The columns are the baseline's in another order, and are compared by position."
        yield Violation("column_order_check", text, "Columns")
